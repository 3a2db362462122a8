using System.Runtime.InteropServices;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast a file that is in the page cache can be read into fresh memory by all threads, in blocks of a megabyte: what a load that
/// did nothing to the bytes would take. Fresh memory, because a load writes to fresh memory too, and its page faults are part of the price.
/// Bytes a second.
/// </summary>
internal static class CopyRate
{
    private const int BlockBytes = 1 << 20;

    public static unsafe double Measure(string path, int threads)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);
        try
        {
            var next = 0L;
            var seconds = Lanes.Time(threads, _ =>
            {
                while (true)
                {
                    var at = Interlocked.Add(ref next, BlockBytes) - BlockBytes;
                    if (at >= length)
                    {
                        return;
                    }

                    RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(BlockBytes, length - at)), at);
                }
            });
            return length / seconds;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
