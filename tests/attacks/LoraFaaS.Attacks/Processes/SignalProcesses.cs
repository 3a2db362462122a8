using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Stops or kills others, directly, as a group, and by having the kernel send the signal.</summary>
public sealed class SignalProcesses : Attack
{
    private const int Probe = 0, Continue = 18, Tkill = 200, Tgkill = 234, Queue = 129, PidfdSend = 424, SetOwner = 8, Everybody = -1;

    public override IReadOnlyList<string> StoppedBy => ["user", "calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        // Probing and continuing harm nobody if they succeed, and need the same permission as stopping and killing.
        foreach (var pid in (ReadOnlySpan<int>)[target.WorkerPid, target.NeighbourPid])
        {
            var local = pid;
            attempts.Call("kill(probe)", () => Libc.kill(local, Probe));
            attempts.Call("kill(continue)", () => Libc.kill(local, Continue));
            attempts.Call("tgkill", () => Libc.syscall(Tgkill, local, local, Continue, 0, 0, 0));
            attempts.Call("tkill", () => Libc.syscall(Tkill, local, Continue, 0, 0, 0, 0));
            attempts.Call("rt_sigqueueinfo", () => Libc.syscall(Queue, local, Continue, 0, 0, 0, 0));
            attempts.Call("fcntl(F_SETOWN)", () => Libc.fcntl(3, SetOwner, local));
        }

        attempts.Call("kill(everybody, probe)", () => Libc.kill(Everybody, Probe));
        attempts.Call("pidfd_send_signal", () => Libc.syscall(PidfdSend, 0, Continue, 0, 0, 0, 0));
    }
}
