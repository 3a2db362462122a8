using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Resources;

/// <summary>Takes the processors from others by priority, by real-time scheduling, and by moving their threads together.</summary>
public sealed unsafe class RaisePriority : Attack
{
    private const int SetPriority = 141, SetScheduler = 144, SetParameters = 142, SetAttributes = 314, SetAffinity = 203, SetIoPriority = 251, SetLimit = 302;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Call("setpriority(-20)", () => Libc.syscall(SetPriority, 0, 0, -20, 0, 0, 0));
        attempts.Call("sched_setscheduler(FIFO)", () => Scheduler());
        attempts.Call("sched_setattr", () => Libc.syscall(SetAttributes, 0, 0, 0, 0, 0, 0));
        attempts.Call("sched_setparam", () => Libc.syscall(SetParameters, 0, 0, 0, 0, 0, 0));
        attempts.Call("sched_setaffinity of the worker", () => Affinity(target.WorkerPid));
        attempts.Call("sched_setaffinity of a neighbour", () => Affinity(target.NeighbourPid));
        attempts.Call("setpriority of a neighbour", () => Libc.syscall(SetPriority, 0, target.NeighbourPid, 19, 0, 0, 0));
        attempts.Call("ioprio_set", () => Libc.syscall(SetIoPriority, 1, 0, 0, 0, 0, 0));
        attempts.Call("prlimit of a neighbour", () => Limit(target.NeighbourPid));
        attempts.Call("setrlimit: more descriptors", () => Limit(0));
        attempts.Call("setrlimit: a dump after all", () => Dump());
    }

    private static nint Scheduler()
    {
        var parameter = 99;
        return Libc.syscall(SetScheduler, 0, 1, (nint)(&parameter), 0, 0, 0);
    }

    private static nint Affinity(int pid)
    {
        nint first = 1;
        return Libc.syscall(SetAffinity, pid, sizeof(nint), (nint)(&first), 0, 0, 0);
    }

    /// <summary>Lower than what it has, which is more: the kernel dumps to a program at any limit but the one that was set.</summary>
    private static nint Dump()
    {
        const int Core = 4;
        var none = stackalloc ulong[2];
        return Libc.syscall(SetLimit, 0, Core, (nint)none, 0, 0, 0);
    }

    private static nint Limit(int pid)
    {
        const int Descriptors = 7;
        var limits = stackalloc ulong[2] { 1_000_000, 1_000_000 };
        return Libc.syscall(SetLimit, pid, Descriptors, (nint)limits, 0, 0, 0);
    }
}
