using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Files;

/// <summary>Reads the worker's credentials and data, another's files, and the machine's configuration.</summary>
public sealed class ReadSecrets : Attack
{
    private const int OpenAt2 = 437;

    private static readonly string[] Machine = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/home", "/var/log", "/proc/1/environ", "/proc/1/net/tcp", "/proc/kcore", "/sys/class/net"];

    public override IReadOnlyList<string> StoppedBy => ["files"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        foreach (var secret in target.Secrets.Concat(Machine))
        {
            if (Directory.Exists(secret))
            {
                attempts.Do($"list {secret}", () => _ = Directory.GetFileSystemEntries(secret));
            }
            else
            {
                attempts.Do($"read {secret}", () => _ = File.ReadAllBytes(secret));
            }

            attempts.Do($"read {secret} by a way round", () => _ = File.ReadAllBytes("/usr/lib/../.." + secret));
        }

        foreach (var folder in target.Folders)
        {
            attempts.Do($"list {folder}", () => _ = Directory.GetFileSystemEntries(folder));
        }

        attempts.Call("openat2", () => Libc.syscall(OpenAt2, -100, 0, 0, 0, 0, 0));
    }
}
