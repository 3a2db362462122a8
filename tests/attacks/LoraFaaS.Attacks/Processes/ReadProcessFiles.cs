namespace LoraFaaS.Attacks.Processes;

/// <summary>Reads what /proc tells of others: environment, command line, mappings, files, and who else is there.</summary>
public sealed class ReadProcessFiles : Attack
{
    private static readonly string[] Files = ["environ", "cmdline", "maps", "smaps", "stat", "status", "auxv", "io", "cgroup", "mountinfo"];

    public override IReadOnlyList<string> StoppedBy => ["files"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var (who, pid) in (ReadOnlySpan<(string, int)>)[("the worker", target.WorkerPid), ("a neighbour", target.NeighbourPid)])
        {
            foreach (var file in Files)
            {
                var path = $"/proc/{pid}/{file}";
                attempts.Do($"read {file} of {who}", () => _ = File.ReadAllBytes(path));
            }
        }

        attempts.Do("list /proc", () => _ = Directory.GetDirectories("/proc"));
        attempts.Do("read through /proc/self/root", () => _ = File.ReadAllText("/proc/self/root/etc/passwd"));
        attempts.Do("read through /proc/self/cwd", () => _ = Directory.GetFileSystemEntries("/proc/self/cwd"));
    }
}
