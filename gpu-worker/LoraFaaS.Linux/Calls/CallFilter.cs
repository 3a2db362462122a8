using System.Collections.Immutable;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using static LoraFaaS.Linux.Calls.SystemCall;

namespace LoraFaaS.Linux.Calls;

/// <summary>
/// Which system calls a confined process may make: a list of what the runtime and the engine need, and for some of these a condition on a
/// register. Everything else, calls of kernels to come included, is refused. x86-64 only. Calls without a condition stand first: the kernel
/// remembers those and runs no filter for them.
/// </summary>
public static class CallFilter
{
    /// <summary>O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND.</summary>
    public const uint WritingFlags = 0x1 | 0x2 | 0x40 | 0x200 | 0x400;

    private const uint ArchX64 = 0xC000003E;

    private const int SignalsOwner = 8, SignalsNumber = 10, SignalsOwnerExtended = 15, Leases = 1024, Notify = 1026, AddSeals = 1033;
    private const int Lock = 6, LockAndWait = 7, OpenFileLock = 37, OpenFileLockAndWait = 38;
    private const int TerminalSettings = 0x5401, WindowSize = 0x5413, ReadableBytes = 0x541B, NonBlocking = 0x5421, CloseNever = 0x5450, CloseOnExec = 0x5451, CloneFile = 0x40049409;
    private const int PassPidDescriptor = 76, PeerPidDescriptor = 77;
    private const int DropFromCache = 4;
    private const int Remove = 9, Mergeable = 12, Cold = 20, PageOut = 21, Poison = 100, SoftOffline = 101;
    private const uint Exclusive = 2;
    private const uint HugePages = 0x40000;
    private const uint CoreLimit = 4;
    private const uint CloneThread = 0x00010000, CloneNamespaces = 0x7E020080;
    private const uint EmptyPath = 0x1000;
    private const uint MapShared = 0x1;
    private const uint SetDumpable = 4;

    /// <summary>Standard output, standard error, and the socket that a confined program is started with.</summary>
    private static readonly ImmutableArray<uint> Spoken = [1, 2, 3];

    private static readonly ImmutableArray<SystemCall> Always =
    [
        Futex, Read, Recvmsg, Sendmsg, Recvfrom, EpollWait, EpollPwait, Poll, SchedYield, Munmap,
        Close, Stat, Fstat, Lstat, Lseek, Brk, RtSigaction, RtSigprocmask, RtSigreturn, Pread64, Readv, Access,
        Pipe, Select, Msync, Mincore, Dup, Dup2, Nanosleep, Getpid, Shutdown, Getsockname, Getpeername,
        Exit, Wait4, Uname, Fsync, Fdatasync, Getcwd, Readlink, Gettimeofday, Getrlimit, Getrusage, Sysinfo, Times,
        Getuid, Getgid, Geteuid, Getegid, Getppid, Getpgrp, Getgroups, Getresuid, Getresgid, Getpgid, Getsid, Sigaltstack, Statfs, Fstatfs,
        Getpriority, SchedGetparam, SchedGetscheduler, SchedGetPriorityMax, SchedGetPriorityMin, Mlock, Munlock, ArchPrctl, Gettid, Readahead,
        Time, SchedGetaffinity, EpollCreate, Getdents64, SetTidAddress, RestartSyscall, ClockGettime, ClockGetres,
        ClockNanosleep, ExitGroup, EpollCtl, GetMempolicy, Newfstatat, Readlinkat, Faccessat, Ppoll, SetRobustList, Eventfd2, EpollCreate1,
        Dup3, Pipe2, Preadv, Getcpu, SchedGetattr, Getrandom, Membarrier, Mlock2, Statx, Rseq, CloseRange, Faccessat2, EpollPwait2,
        FutexWaitv, FutexWake, FutexWait, MapShadowStack,
    ];

    /// <summary>What changes files: of use only where a folder may be written to, which Landlock decides. Modes, owners and times it does not judge: not here.</summary>
    private static readonly ImmutableArray<SystemCall> Writers =
    [
        Pwrite64, Pwritev, Ftruncate, Truncate, Chdir, Rename, Mkdir, Rmdir, Creat, Unlink, Umask, Mkdirat, Unlinkat, Renameat, Renameat2, Fallocate, CopyFileRange, Sendfile,
    ];

    /// <summary>For trying a listener: every call is allowed but this one.</summary>
    public static ImmutableArray<BpfInstruction> AskAbout(SystemCall call)
    {
        var code = new BpfProgram(CallVerdict.Allow);
        code.RequireArchitecture(ArchX64);
        code.Decide(call, CallVerdict.Ask);
        return code.End();
    }

    /// <param name="kind">What the process is.</param>
    /// <param name="processId">The launcher's, which stays the program's: signals may go to itself alone.</param>
    /// <param name="program">The descriptor it may execute, or -1 for none.</param>
    /// <param name="refused">The verdict on what is not allowed.</param>
    public static ImmutableArray<BpfInstruction> Build(ConfinedKind kind, int processId, int program, uint refused)
    {
        var code = new BpfProgram(refused);
        code.RequireArchitecture(ArchX64);
        var own = (uint)processId;

        foreach (var call in Always)
        {
            code.Decide(call, CallVerdict.Allow);
        }

        if (kind is ConfinedKind.Handler)
        {
            foreach (var call in Writers)
            {
                code.Decide(call, CallVerdict.Allow);
            }
        }

        AddWriting(code, kind, refused);
        AddMemory(code, refused);
        AddOpening(code, kind, refused);

        // The runtime asks for it with every thread and does not mind a no: not worth a line in the log.
        code.Decide(SchedSetscheduler, CallVerdict.FailWith(Errno.NotPermitted));

        // Threads and nothing else. clone3 hides its flags in memory, where a filter cannot see them: the C library falls back to clone.
        code.AllowIfBits(Clone, 0, CloneThread, CloneNamespaces);
        code.Decide(Clone3, CallVerdict.FailWith(Errno.NotImplemented));
        code.AllowUnless(Fcntl, 1, [SignalsOwner, SignalsNumber, SignalsOwnerExtended, Leases, Notify, AddSeals, Lock, LockAndWait, OpenFileLock, OpenFileLockAndWait]);

        // What a runtime asks of a descriptor. The socket was made in the machine's own network, whose addresses it would tell, and says who is to be signalled.
        code.AllowIfOneOf(Ioctl, 1, [TerminalSettings, WindowSize, ReadableBytes, NonBlocking, CloseNever, CloseOnExec, CloneFile]);
        code.AllowUnless(Getsockopt, 2, [PeerPidDescriptor]);
        code.AllowUnless(Setsockopt, 2, [PassPidDescriptor]);
        AddShared(code, refused);
        code.AllowIfNull(Sendto, 4);
        code.AllowIfOneOf(Kill, 0, [own]);
        code.AllowIfOneOf(Tgkill, 0, [own]);
        code.AllowIfOneOf(RtTgsigqueueinfo, 0, [own]);
        code.AllowLimits(Prlimit64, [0, own], CoreLimit);
        code.AllowIfOneOf(SchedSetaffinity, 0, [0, own]);

        // Names of threads and mappings, what is dumpable and who may gain privileges; not who is told of the parent's death.
        code.AllowIfOneOf(Prctl, 0, [3, SetDumpable, 15, 16, 23, 38, 39, 0x53564d41]);

        if (program >= 0)
        {
            code.AllowIfBoth(Execveat, 0, (uint)program, 4, EmptyPath);
        }

        return code.End();
    }

    /// <summary>
    /// A sandbox speaks on its socket and its standard streams, and holds the backbone's descriptor for a moment: who listens is asked about what it
    /// writes elsewhere, which is a wake-up of its own runtime now and then.
    /// </summary>
    private static void AddWriting(BpfProgram code, ConfinedKind kind, uint refused)
    {
        foreach (var call in (ReadOnlySpan<SystemCall>)[Write, Writev])
        {
            if (kind is ConfinedKind.Sandbox && refused == CallVerdict.Ask)
            {
                code.AllowIfOneOf(call, 0, Spoken.AsSpan());
            }
            else
            {
                code.Decide(call, CallVerdict.Allow);
            }
        }
    }

    /// <summary>
    /// What is everybody's may be read and not held, moved or dropped: pages of the backbone and of programs, which others would fault in again, and files
    /// under a lock, which nobody else opens who asks for one. The runtime takes a lock with each file and does not mind having none; an
    /// exclusive one on what others read is worth a line.
    /// </summary>
    private static void AddShared(BpfProgram code, uint refused)
    {
        code.AllowUnless(Madvise, 2, [Remove, Mergeable, Cold, PageOut, Poison, SoftOffline]);
        code.AllowUnless(Fadvise64, 3, [DropFromCache]);
        code.DecideByBit(Flock, 1, Exclusive, refused, CallVerdict.FailWith(Errno.NotPermitted));
    }

    /// <summary>
    /// The seal judges who writes to the backbone; this is for the log. A runtime maps and protects memory all day, so that only two things are asked
    /// about: shared mappings of files, of which there are a handful at a start, and changes of what lies where the backbone is mapped, of which
    /// there are none.
    /// </summary>
    private static void AddMemory(BpfProgram code, uint refused)
    {
        code.DecideIfAnyBits(Mmap, 3, HugePages, refused, MapShared, refused == CallVerdict.Ask ? CallVerdict.Ask : CallVerdict.Allow);
        code.DecideIfHighWithin(Mbind, 0, GuardedWindow.FirstHigh, GuardedWindow.EndHigh, refused);
        code.DecideIfHighWithin(Mprotect, 0, GuardedWindow.FirstHigh, GuardedWindow.EndHigh, refused);
        code.DecideIfHighWithin(Mremap, 0, GuardedWindow.FirstHigh, GuardedWindow.EndHigh, refused);
    }

    /// <summary>Landlock judges which files. One who listens is asked about each, since the kernel tells nobody whom it refused.</summary>
    private static void AddOpening(BpfProgram code, ConfinedKind kind, uint refused)
    {
        if (refused == CallVerdict.Ask)
        {
            code.Decide(Open, CallVerdict.Ask);
            code.Decide(Openat, CallVerdict.Ask);
        }
        else if (kind is ConfinedKind.Handler)
        {
            code.Decide(Open, CallVerdict.Allow);
            code.Decide(Openat, CallVerdict.Allow);
        }
        else
        {
            // A sandbox writes no file at all.
            code.AllowIfNoBit(Open, 1, WritingFlags);
            code.AllowIfNoBit(Openat, 2, WritingFlags);
        }
    }
}
