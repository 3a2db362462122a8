using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>How much a thread gives way to others that want its processor.</summary>
public static unsafe class ThreadNice
{
    private const int OfProcess = 0;
    private const int Caller = 0;

    /// <summary>SCHED_OTHER: by the nice value.</summary>
    private const int ShareOfTime = 0;

    /// <summary>SCHED_RESET_ON_FORK: what is made by a thread with a value below 0 begins at 0.</summary>
    private const int ResetOnFork = 0x4000_0000;

    /// <summary>Sets the calling thread's nice value, 0 to 19: in Linux it is a thread's, whatever POSIX says. Up needs no rights. False: it stays as it was.</summary>
    public static bool TryRaise(int nice)
    {
        Check(nice);
        return nice == 0 || LibC.setpriority(OfProcess, Caller, nice) == 0;
    }

    /// <summary>The same of another thread of this process, which keeps a value that is higher already. False: it is gone, or stays as it was.</summary>
    public static bool TryRaise(int threadId, int nice)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        Check(nice);
        return Of(threadId) >= nice || LibC.setpriority(OfProcess, threadId, nice) == 0;
    }

    /// <summary>
    /// Another thread of this process goes before those of a higher value, which needs rights (CAP_SYS_NICE, or a limit: RLIMIT_NICE). Threads that it makes are as others are. False: it is gone, or the
    /// kernel says no, and it runs as it did.
    /// </summary>
    /// <param name="nice">-20 to 0. One that is lower already is kept.</param>
    public static bool TryLower(int threadId, int nice)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threadId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nice, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(nice, -20);
        var none = 0;
        return Of(threadId) <= nice
            || (LibC.sched_setscheduler(threadId, ShareOfTime | ResetOnFork, &none) == 0 && LibC.setpriority(OfProcess, threadId, nice) == 0);
    }

    /// <summary>A thread's value, -20 to 19; of one that is gone -1, which nobody here takes for more than it is.</summary>
    internal static int Of(int threadId) => LibC.getpriority(OfProcess, threadId);

    private static void Check(int nice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nice);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nice, 19);
    }
}
