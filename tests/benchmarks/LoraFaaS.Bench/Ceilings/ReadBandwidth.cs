using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast memory can be read: an array far larger than any cache, piece by piece, as eight streams of 512-bit loads a thread,
/// asked for 512 bytes ahead. Of 1 to 16 streams and 0 to 4 096 bytes ahead this was the fastest or within noise of it on the machines
/// tried. Bytes a second.
/// </summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    private const long ArrayBytes = 512L << 20;
    private const int Pieces = 64;
    private const long PieceBytes = ArrayBytes / Pieces;
    private const int Streams = 8;
    private const int Ahead = 512;

    private readonly byte* _array = (byte*)NativeMemory.AlignedAlloc((nuint)ArrayBytes, 4096);
    private ulong _sink;

    public ReadBandwidth() => NativeMemory.Fill(_array, (nuint)ArrayBytes, 1);

    public double Measure(int threads)
    {
        var seconds = Lanes.Share(threads, Pieces, piece => Interlocked.Add(ref _sink, Sum(_array + piece * PieceBytes, PieceBytes)));
        return ArrayBytes / seconds;
    }

    public void Dispose() => NativeMemory.AlignedFree(_array);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Sum(byte* from, long bytes)
    {
        var stream = bytes / Streams;
        var (a, b) = (Vector512<ulong>.Zero, Vector512<ulong>.Zero);

        for (var at = from; at < from + stream; at += 64)
        {
            for (var i = 0; i < Streams; i += 2)
            {
                var even = at + i * stream;
                var odd = even + stream;
                Sse.PrefetchNonTemporal(even + Ahead);
                Sse.PrefetchNonTemporal(odd + Ahead);
                a ^= Vector512.Load((ulong*)even);
                b ^= Vector512.Load((ulong*)odd);
            }
        }

        return Vector512.Sum(a ^ b);
    }
}
