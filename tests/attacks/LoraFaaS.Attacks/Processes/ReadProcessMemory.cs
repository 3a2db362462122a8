using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Reads and writes the memory of the worker and of another sandbox: its weights, its keys and values, its secrets.</summary>
public sealed unsafe class ReadProcessMemory : Attack
{
    private const int ReadCall = 310, WriteCall = 311, MadviseCall = 440;

    public override IReadOnlyList<string> StoppedBy => ["user", "files", "calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var (who, pid) in (ReadOnlySpan<(string, int)>)[("the worker", target.WorkerPid), ("a neighbour", target.NeighbourPid)])
        {
            var local = pid;
            attempts.Do($"open /proc/PID/mem of {who}", () => new FileStream($"/proc/{local}/mem", FileMode.Open, FileAccess.Read).Dispose());
            attempts.Do($"open /proc/PID/mem of {who} for writing", () => new FileStream($"/proc/{local}/mem", FileMode.Open, FileAccess.Write).Dispose());
            attempts.Call($"process_vm_readv of {who}", () => Transfer(ReadCall, local));
            attempts.Call($"process_vm_writev of {who}", () => Transfer(WriteCall, local));
            attempts.Call($"process_madvise of {who}", () => Libc.syscall(MadviseCall, local, 0, 0, 0, 0, 0));
        }
    }

    /// <summary>An address of ours stands for one of theirs: whether it is mapped there matters only after permission is given.</summary>
    private static nint Transfer(int call, int pid)
    {
        var buffer = stackalloc byte[16];
        var local = stackalloc nint[2] { (nint)buffer, 16 };
        var remote = stackalloc nint[2] { (nint)buffer, 0 };
        return Libc.syscall(call, pid, (nint)local, 1, (nint)remote, 1, 0);
    }
}
