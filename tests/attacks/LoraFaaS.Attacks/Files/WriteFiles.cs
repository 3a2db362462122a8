using LoraFaaS.Attacks.Native;

namespace LoraFaaS.Attacks.Files;

/// <summary>Changes files: others', the program's own, and any that would fill the disk.</summary>
public sealed class WriteFiles : Attack
{
    private const int Memfd = 319, MemfdSecret = 447;

    public override IReadOnlyList<string> StoppedBy => ["files"];

    protected override void Try(AttackTarget target, Attempts attempts)
    {
        string[] folders = [.. target.Folders, "/tmp", "/var/tmp", "/dev/shm", "/run", AppContext.BaseDirectory, Directory.GetCurrentDirectory()];

        foreach (var folder in folders.Distinct())
        {
            attempts.Do($"write into {folder}", () => File.WriteAllText(Path.Combine(folder, "attack-was-here"), "x"));
            attempts.Do($"make a folder in {folder}", () => _ = Directory.CreateDirectory(Path.Combine(folder, "attack-was-here.d")));
        }

        foreach (var secret in target.Secrets)
        {
            attempts.Do($"append to {secret}", () => File.AppendAllText(secret, "x"));
            attempts.Do($"delete {secret}", () => Delete(secret));
            attempts.Do($"open {secret} to others", () => File.SetUnixFileMode(secret, (UnixFileMode)511));
        }

        attempts.Do("change the program", () => File.AppendAllText(Environment.ProcessPath!, "x"));
        attempts.Call("memfd_create", () => Named(Memfd));
        attempts.Call("memfd_secret", () => Libc.syscall(MemfdSecret, 0, 0, 0, 0, 0, 0));
    }

    /// <summary>File.Delete says nothing about a file that cannot be seen.</summary>
    private static void Delete(string path)
    {
        File.Delete(path);

        if (File.Exists(path))
        {
            throw new IOException("it is still there");
        }
    }

    private static unsafe nint Named(int call)
    {
        fixed (byte* name = "attack\0"u8)
        {
            return Libc.syscall(call, (nint)name, 0, 0, 0, 0, 0);
        }
    }
}
