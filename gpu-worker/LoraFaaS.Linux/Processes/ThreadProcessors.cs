using System.Numerics;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>Which processors threads of this process run on.</summary>
public static class ThreadProcessors
{
    private const int Bits = 64;

    /// <summary>Of a mask: 1 024 processors, as many as the C library's own has.</summary>
    private const int Words = 16;

    /// <summary>The numbers of those that the calling thread may run on, lowest first. None: the kernel does not say.</summary>
    public static unsafe IReadOnlyList<int> Allowed()
    {
        var mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();

        if (LibC.sched_getaffinity(0, Words * sizeof(ulong), mask) != 0)
        {
            return [];
        }

        var allowed = new List<int>();

        for (var word = 0; word < Words; word++)
        {
            for (var left = mask[word]; left != 0; left &= left - 1)
            {
                allowed.Add((word * Bits) + BitOperations.TrailingZeroCount(left));
            }
        }

        return allowed;
    }

    /// <summary>From now on a thread of this process runs on that processor alone. False: it is gone, or the kernel says no, and it runs as it did.</summary>
    public static unsafe bool TryKeep(int threadId, int processor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        ArgumentOutOfRangeException.ThrowIfNegative(processor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(processor, Words * Bits);
        var mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        mask[processor / Bits] = 1UL << (processor % Bits);
        return LibC.sched_setaffinity(threadId, Words * sizeof(ulong), mask) == 0;
    }
}
