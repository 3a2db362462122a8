using System.Runtime.InteropServices;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast a file that is in the page cache can be read into fresh memory by all threads, in blocks of a megabyte: what a load that
/// did nothing to the bytes would take. Fresh memory, because a load writes to fresh memory too, and its page faults are part of the price; the other
/// kinds say how much of it that is. Bytes a second.
/// </summary>
internal static class CopyRate
{
    private const int BlockBytes = 1 << 20;
    private const int PieceBytes = 256 << 10;

    /// <summary>To the process's own memory, which has its pages from the kernel as it is written to.</summary>
    public static unsafe double Measure(string path, int threads)
    {
        var length = new FileInfo(path).Length;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);
        try
        {
            return Copy(path, threads, BlockBytes, (nint)memory, null);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>To a segment that several processes may map, which is given its pages as a load's is.</summary>
    public static double ToSegment(string path, int threads)
    {
        using var memory = UnsealedMemory.Create("bench-copy", new FileInfo(path).Length);
        return Copy(path, threads, PieceBytes, memory.Memory.DangerousGetHandle(), (at, bytes) => memory.Memory.Advise(MemoryAdvice.PopulateWrite, at, bytes));
    }

    /// <summary>To a segment that has its pages.</summary>
    public static double ToPages(string path, int threads)
    {
        using var memory = UnsealedMemory.Create("bench-copy", new FileInfo(path).Length);
        memory.Memory.Advise(MemoryAdvice.PopulateWrite);
        return Copy(path, threads, BlockBytes, memory.Memory.DangerousGetHandle(), null);
    }

    private static unsafe double Copy(string path, int threads, int block, nint memory, Action<long, long>? before)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var blocks = (int)((length + block - 1) / block);
        return length / Lanes.Share(threads, blocks, number =>
        {
            var at = (long)number * block;
            var bytes = (int)Math.Min(block, length - at);
            before?.Invoke(at, bytes);
            RandomAccess.Read(file, new Span<byte>((byte*)memory + at, bytes), at);
        });
    }
}
