using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Processes;

/// <summary>Takes sockets and files out of other processes, and looks for what was left open in this one.</summary>
public sealed class StealDescriptors : Attack
{
    private const int PidfdOpen = 434, PidfdGetfd = 438, OpenByHandle = 304;

    private static readonly string[] Plain = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

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

        var held = Directory.GetFileSystemEntries("/proc/self/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "").ToList();

        foreach (var leadsTo in held.Where(leadsTo => target.Secrets.Contains(leadsTo) || (IsDevice(leadsTo) && !Plain.Contains(leadsTo))))
        {
            attempts.Succeed($"inherited {leadsTo}");
        }

        if (target.Backbone == 0)
        {
            LookForMemory(held, attempts);
        }
    }

    /// <summary>A function's code has one socket, and no memory that is a file: neither the backbone nor keys and values.</summary>
    private static void LookForMemory(List<string> held, Attempts attempts)
    {
        held.Where(leadsTo => leadsTo.StartsWith("/memfd:", StringComparison.Ordinal)).ToList().ForEach(memory => attempts.Succeed($"inherited {memory}"));

        if (held.Count(leadsTo => leadsTo.StartsWith("socket:", StringComparison.Ordinal)) is > 1 and var sockets)
        {
            attempts.Succeed($"has {sockets} sockets");
        }
    }

    private static bool IsDevice(string leadsTo) => leadsTo.StartsWith("/dev/", StringComparison.Ordinal);
}
