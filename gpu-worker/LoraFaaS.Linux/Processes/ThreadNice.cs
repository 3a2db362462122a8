using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>How much a thread gives way to others that want its processor.</summary>
public static class ThreadNice
{
    private const int OfProcess = 0;
    private const int Caller = 0;

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

    /// <summary>A thread's value, -20 to 19; of one that is gone -1, which nobody here takes for more than it is.</summary>
    internal static int Of(int threadId) => LibC.getpriority(OfProcess, threadId);

    private static void Check(int nice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nice);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nice, 19);
    }
}
