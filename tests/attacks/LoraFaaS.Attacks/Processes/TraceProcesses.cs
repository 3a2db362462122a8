using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Debugs the worker and another sandbox.</summary>
public sealed class TraceProcesses : Attack
{
    private const int Ptrace = 101, Attach = 16, Detach = 17, Seize = 0x4206, TraceMe = 0, Kcmp = 312;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        attempts.Call("ptrace(TRACEME)", () => Libc.syscall(Ptrace, TraceMe, 0, 0, 0, 0, 0));

        foreach (var pid in (ReadOnlySpan<int>)[target.WorkerPid, target.NeighbourPid])
        {
            var local = pid;

            if (attempts.Call("ptrace(SEIZE)", () => Libc.syscall(Ptrace, Seize, local, 0, 0, 0, 0))
                || attempts.Call("ptrace(ATTACH)", () => Libc.syscall(Ptrace, Attach, local, 0, 0, 0, 0)))
            {
                Libc.syscall(Ptrace, Detach, local, 0, 0, 0, 0);
            }

            attempts.Call("kcmp", () => Libc.syscall(Kcmp, local, Environment.ProcessId, 0, 0, 0, 0));
        }
    }
}
