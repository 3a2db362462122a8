using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Takes sockets and files out of other processes, and looks for what was left open in this one.</summary>
public sealed class StealDescriptors : Attack
{
    private const int PidfdOpen = 434, PidfdGetfd = 438, OpenByHandle = 304;

    public override IReadOnlyList<string> StoppedBy => ["calls"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var pid in (ReadOnlySpan<int>)[target.WorkerPid, target.NeighbourPid])
        {
            var local = pid;
            nint handle = -1;

            if (attempts.Call("pidfd_open", () => handle = Libc.syscall(PidfdOpen, local, 0, 0, 0, 0, 0)))
            {
                attempts.Call("pidfd_getfd", () => Libc.syscall(PidfdGetfd, handle, 3, 0, 0, 0, 0));
                Libc.close((int)handle);
            }

            attempts.Do("list /proc/PID/fd", () => _ = Directory.GetFileSystemEntries($"/proc/{local}/fd"));
            attempts.Do("open /proc/PID/fd/3", () => new FileStream($"/proc/{local}/fd/3", FileMode.Open, FileAccess.Read).Dispose());
        }

        attempts.Call("open_by_handle_at", () => Libc.syscall(OpenByHandle, 0, 0, 0, 0, 0, 0));

        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            var leadsTo = new FileInfo(entry).LinkTarget ?? "";

            if (target.Secrets.Any(secret => leadsTo == secret) || leadsTo.StartsWith("/dev/nvidia", StringComparison.Ordinal))
            {
                attempts.Succeed($"inherited {leadsTo}");
            }
        }
    }
}
