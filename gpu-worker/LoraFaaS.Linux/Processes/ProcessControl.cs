using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Linux.Processes;

/// <summary>Signals to other processes, and what a process may ask of the kernel about itself.</summary>
public static class ProcessControl
{
    private const int SetParentDeathSignal = 1;
    private const int SetDumpableOption = 4;
    private const int SetNoNewPrivilegesOption = 38;
    private const int GetNoNewPrivilegesOption = 39;

    public static int ParentProcessId => LibC.getppid();

    public static bool HasNoNewPrivileges => LibC.prctl(GetNoNewPrivilegesOption, 0, 0, 0, 0) == 1;

    /// <summary>False: no such process any more, which a sender of signals must always expect.</summary>
    public static bool Send(int processId, Signal signal)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(processId);

        if (LibC.kill(processId, (int)signal) == 0)
        {
            return true;
        }

        var errno = (Errno)Marshal.GetLastPInvokeError();
        return errno is Errno.NoSuchProcess ? false : throw new LinuxException("kill", errno);
    }

    /// <summary>
    /// No execve of this thread, or of threads it starts later, gains privileges. Call it first in Main: threads that exist already
    /// keep theirs.
    /// </summary>
    public static void ForbidNewPrivileges()
    {
        if (LibC.prctl(SetNoNewPrivilegesOption, 1, 0, 0, 0) != 0)
        {
            throw LinuxException.Last("prctl(PR_SET_NO_NEW_PRIVS)");
        }
    }

    /// <summary>No core dump of this process, and no ptrace or /proc/PID/mem by others of the same user.</summary>
    public static void ForbidDumps()
    {
        if (LibC.prctl(SetDumpableOption, 0, 0, 0, 0) != 0)
        {
            throw LinuxException.Last("prctl(PR_SET_DUMPABLE)");
        }
    }

    /// <summary>
    /// A session of one's own: no terminal, no signals of its keys, and where the scheduler groups by session a share of the processor of
    /// one's own. One that leads a group already stays where it is.
    /// </summary>
    public static void StartSession() => LibC.setsid();

    /// <summary>The calling thread alone computes only what others leave, from now on and for good: no way back without privileges.</summary>
    public static void ComeLast() => _ = ThreadNice.TryRaise(19);

    /// <summary>
    /// The kernel sends the signal when the <em>thread</em> that started this process ends. Sound only where that thread lives as
    /// long as its process; a .NET pool thread does not, so a parent that wants this starts its children from a thread of its own.
    /// </summary>
    public static void DieWithParentThread(Signal signal)
    {
        if (LibC.prctl(SetParentDeathSignal, (nuint)(int)signal, 0, 0, 0) != 0)
        {
            throw LinuxException.Last("prctl(PR_SET_PDEATHSIG)");
        }
    }
}
