using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>Finds a chunk of a sequence's cache.</summary>
internal static unsafe class KvChunks
{
    public static byte* At(KvLayout layout, nint pageTable, int block, int layer, bool isValue, int head)
    {
        var (page, place) = Math.DivRem(layout.ChunkOf(layer, isValue, head), layout.ChunksPerPage);
        return ((byte**)pageTable)[block * layout.PagesPerBlock + page] + (long)place * layout.ChunkBytes;
    }
}
