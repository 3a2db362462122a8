using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>How much the calling thread gives way to others that want its processor.</summary>
public static class ThreadNice
{
    private const int OfProcess = 0;

    /// <summary>Sets the calling thread's nice value, 0 to 19: in Linux it is a thread's, whatever POSIX says. Up needs no rights. False: it stays as it was.</summary>
    public static bool TryRaise(int nice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nice);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nice, 19);
        return nice == 0 || LibC.setpriority(OfProcess, 0, nice) == 0;
    }
}
