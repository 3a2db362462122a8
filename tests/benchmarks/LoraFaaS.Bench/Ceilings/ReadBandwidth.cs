using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast memory can be read: an array far larger than any cache, each thread its own part, as several streams of 512-bit loads a
/// thread (one stream alone leaves the memory idle while a page's first line is on its way). Bytes a second.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    private const long ArrayBytes = 512L << 20;
    private const int Streams = 4;

    private readonly byte* _array = (byte*)NativeMemory.AlignedAlloc((nuint)ArrayBytes, 4096);
    private ulong _sink;

    public ReadBandwidth() => NativeMemory.Fill(_array, (nuint)ArrayBytes, 1);

    public double Measure(int threads)
    {
        var part = ArrayBytes / threads / (Streams * 64) * (Streams * 64);
        var seconds = Lanes.Time(threads, lane => Interlocked.Add(ref _sink, Sum(_array + lane * part, part)));
        return part * threads / seconds;
    }

    public void Dispose() => NativeMemory.AlignedFree(_array);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Sum(byte* from, long bytes)
    {
        var stream = bytes / Streams;
        var (a, b, c, d) = (Vector512<ulong>.Zero, Vector512<ulong>.Zero, Vector512<ulong>.Zero, Vector512<ulong>.Zero);

        for (var at = from; at < from + stream; at += 64)
        {
            Sse.Prefetch0(at + 1024);
            Sse.Prefetch0(at + stream + 1024);
            Sse.Prefetch0(at + 2 * stream + 1024);
            Sse.Prefetch0(at + 3 * stream + 1024);
            a ^= Vector512.Load((ulong*)at);
            b ^= Vector512.Load((ulong*)(at + stream));
            c ^= Vector512.Load((ulong*)(at + 2 * stream));
            d ^= Vector512.Load((ulong*)(at + 3 * stream));
        }

        return Vector512.Sum(a ^ b ^ c ^ d);
    }
}
