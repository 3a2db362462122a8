using System.Numerics;
using LoraFaaS.Engine.Cpu.Assembling;

namespace LoraFaaS.Engine.Cpu.Threads;

/// <summary>
/// A processor for each of a pool's threads, where there are as many of them as threads: left to itself the kernel may run two of them on one processor for milliseconds, beside another that
/// is idle (decisions/0007 of the engine). Where there are more processors, or fewer, or the kernel says no, every thread runs wherever it is put.
/// </summary>
internal sealed class ProcessorPlaces
{
    private const int Bits = 64;

    /// <summary>Of a mask: 1 024 processors, as many as the C library's own has.</summary>
    private const int Words = 16;

    private readonly ulong[] _all;
    private readonly int[] _places;

    private ProcessorPlaces(ulong[] all, int[] places) => (_all, _places) = (all, places);

    /// <summary>Places for so many threads among the processors that the calling thread may run on. Null: one for each there is not.</summary>
    public static unsafe ProcessorPlaces? For(int threads)
    {
        var mask = new ulong[Words];

        fixed (ulong* words = mask)
        {
            if (LibC.sched_getaffinity(0, Words * sizeof(ulong), words) != 0)
            {
                return null;
            }
        }

        var places = Processors(mask).ToArray();
        return threads > 1 && places.Length == threads ? new ProcessorPlaces(mask, places) : null;
    }

    /// <summary>The calling thread runs on its own processor from here on. The caller's, number 0, is the last one: what else there is to do on a machine is done on the first ones rather.</summary>
    public void Take(int thread)
    {
        var mask = new ulong[Words];
        var place = _places[^(thread + 1)];
        mask[place / Bits] = 1UL << (place % Bits);
        Set(mask);
    }

    /// <summary>The calling thread runs wherever it is put.</summary>
    public void Leave() => Set(_all);

    private static IEnumerable<int> Processors(ulong[] mask)
    {
        for (var word = 0; word < mask.Length; word++)
        {
            for (var left = mask[word]; left != 0; left &= left - 1)
            {
                yield return (word * Bits) + BitOperations.TrailingZeroCount(left);
            }
        }
    }

    /// <summary>A no changes nothing: the thread runs as it did.</summary>
    private static unsafe void Set(ulong[] mask)
    {
        fixed (ulong* words = mask)
        {
            _ = LibC.sched_setaffinity(0, Words * sizeof(ulong), words);
        }
    }
}
