using System.Runtime.InteropServices;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>
/// How long a thread runs on end while others want its processor (sched_setattr, Linux 6.12 and later). A nice value is a share of the time and says nothing of that: whoever wakes beside a thread that gives way
/// waits until its slice is over all the same, some milliseconds.
/// </summary>
public static unsafe class ThreadSlice
{
    /// <summary>SCHED_OTHER.</summary>
    private const uint ShareOfTime = 0;

    /// <summary>The least that the kernel takes.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMicroseconds(100);

    /// <summary>False: it is gone, it is none of those that share their time, or the kernel does not let it; it runs as it did. A kernel that knows of no slices says true and does nothing.</summary>
    /// <param name="threadId">Of this process.</param>
    /// <param name="slice">100 µs to 100 ms.</param>
    public static bool TrySet(int threadId, TimeSpan slice)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        ArgumentOutOfRangeException.ThrowIfLessThan(slice, Least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slice, TimeSpan.FromMilliseconds(100));

        if (Read(threadId) is not { Policy: ShareOfTime } attributes)
        {
            return false;
        }

        attributes.Runtime = (ulong)slice.TotalNanoseconds;
        return LibC.syscall(CallNumbers.Of(x64: 314, arm64: 274), threadId, (nint)(&attributes), 0, 0, 0, 0) == 0;
    }

    /// <summary>Null: it is gone, or the kernel does not say.</summary>
    internal static TimeSpan? Of(int threadId) => Read(threadId) is { Runtime: > 0 } attributes ? TimeSpan.FromMicroseconds(attributes.Runtime / 1000.0) : null;

    private static Attributes? Read(int threadId)
    {
        Attributes attributes;
        return LibC.syscall(CallNumbers.Of(x64: 315, arm64: 275), threadId, (nint)(&attributes), sizeof(Attributes), 0, 0, 0) == 0 ? attributes : null;
    }

    /// <summary>The kernel's sched_attr, first edition.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
