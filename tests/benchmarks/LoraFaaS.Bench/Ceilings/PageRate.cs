using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast a fresh segment is given its pages by all threads, in pieces as a load asks for them, and nothing else: a virtual machine whose host takes freed
/// memory back pays a way out to the host for each. Bytes a second.
/// </summary>
internal static class PageRate
{
    private const int PieceBytes = 256 << 10;

    public static double Measure(long bytes, int threads)
    {
        using var memory = UnsealedMemory.Create("bench-pages", bytes);
        var pieces = (int)((bytes + PieceBytes - 1) / PieceBytes);
        var seconds = Lanes.Share(threads, pieces, piece =>
        {
            var from = (long)piece * PieceBytes;
            memory.Memory.Advise(MemoryAdvice.PopulateWrite, from, Math.Min(PieceBytes, bytes - from));
        });
        return bytes / seconds;
    }
}
