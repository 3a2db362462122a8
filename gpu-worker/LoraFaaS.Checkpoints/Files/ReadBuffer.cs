using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>What large reads go to: aligned for direct ones, in huge pages where the machine has them, so that a disk is given few large pieces to fill.</summary>
public sealed unsafe class ReadBuffer(int bytes) : IDisposable
{
    private const int HugePage = 2 << 20;
    private const int AdviseHuge = 14;

    private void* _memory = Allocate(bytes);

    public nint Address => (nint)_memory;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private static void* Allocate(int bytes)
    {
        var unit = bytes < HugePage ? LargeFile.Alignment : HugePage;
        var length = (nuint)((bytes + unit - 1) / unit * unit);
        var memory = NativeMemory.AlignedAlloc(length, (nuint)unit);

        // Refused where there are none: then it is in small ones.
        _ = LibC.madvise((nint)memory, length, AdviseHuge);
        return memory;
    }
}
