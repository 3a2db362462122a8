using System.Runtime.InteropServices;

namespace LoraFaaS.Bench.Machine;

/// <summary>What a watching thread asks of the kernel: a processor of its own choice, to run before all others, to wake at an instant.</summary>
internal static unsafe partial class Scheduling
{
    private const string LibC = "libc";
    private const int Fifo = 1;
    private const int MonotonicClock = 1;
    private const int AbsoluteTime = 1;
    private const int Interrupted = 4;
    private const int SetTimerSlack = 29;
    private const long Second = 1_000_000_000;

    public static void Pin(int processor)
    {
        var mask = stackalloc ulong[16];
        mask[processor / 64] = 1UL << (processor % 64);

        if (sched_setaffinity(0, 16 * sizeof(ulong), mask) != 0)
        {
            throw new InvalidOperationException($"No thread can be bound to processor {processor}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>False: not allowed here, and whatever else runs may delay this thread.</summary>
    public static bool TryRunFirst()
    {
        var priority = 50;
        return sched_setscheduler(0, Fifo, &priority) == 0;
    }

    /// <summary>The calling thread's timers go off when they are due; by themselves they may be 50 µs late, so that several go off at once.</summary>
    public static void WakePrecisely()
    {
        if (prctl(SetTimerSlack, 1, 0, 0, 0) != 0)
        {
            throw new InvalidOperationException($"prctl(PR_SET_TIMERSLACK): {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <param name="instant">Nanoseconds of the monotonic clock, as <see cref="System.Diagnostics.Stopwatch"/> counts them on Linux.</param>
    public static void SleepUntil(long instant)
    {
        var time = new Instant(instant / Second, instant % Second);
        while (clock_nanosleep(MonotonicClock, AbsoluteTime, &time, null) == Interrupted)
        {
        }
    }

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int sched_setaffinity(int thread, nint bytes, ulong* mask);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int sched_setscheduler(int thread, int policy, int* priority);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int prctl(int option, nuint value, nuint unused, nuint unused2, nuint unused3);

    [LibraryImport(LibC)]
    private static partial int clock_nanosleep(int clock, int flags, Instant* until, Instant* left);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instant(long Seconds, long Nanoseconds);
}
