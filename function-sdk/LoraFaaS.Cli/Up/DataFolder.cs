using System.Security.Cryptography;

namespace LoraFaaS.Cli.Up;

/// <summary>The folder where everything durable of one platform lies, and what <c>up</c> keeps in it.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private DataFolder(string path) => Path = path;

    public string Path { get; }

    public string TokenFile => System.IO.Path.Combine(Path, "internal-token");

    /// <summary>The keys that seal secrets. Without it the stored secrets cannot be read: it belongs into a backup, apart from the data.</summary>
    public string SecretsKeyFile => System.IO.Path.Combine(Path, "secrets-key");

    /// <summary>What callbacks of asynchronous calls are signed with; receivers are given a copy.</summary>
    public string CallbackSecretFile => System.IO.Path.Combine(Path, "callback-secret");

    public string RunFolder => System.IO.Path.Combine(Path, "run");

    /// <summary>Where a host says that it listens, and where.</summary>
    public string ReadyFileOf(HostKind kind) => System.IO.Path.Combine(RunFolder, kind.ToString().ToLowerInvariant() + ".json");

    /// <summary>The process id of the <c>up</c> that serves from here, for who wants to tell it something.</summary>
    public string UpFile => System.IO.Path.Combine(RunFolder, "up.pid");

    public string LogFileOf(HostKind kind) => System.IO.Path.Combine(LogFolder, kind.ToString().ToLowerInvariant() + ".log");

    public string LogFolder => System.IO.Path.Combine(Path, "logs");

    /// <exception cref="UsageException">The folder cannot be made, read or written.</exception>
    public static DataFolder Open(string path)
    {
        var folder = new DataFolder(System.IO.Path.GetFullPath(path));

        try
        {
            Directory.CreateDirectory(folder.Path);

            if (!Directory.Exists(folder.Path))
            {
                throw new UsageException($"--data {path}: the folder cannot be made there.");
            }

            File.SetUnixFileMode(folder.Path, OwnerOnly | UnixFileMode.UserExecute);
            Directory.CreateDirectory(folder.RunFolder);
            Directory.CreateDirectory(folder.LogFolder);

            if (!File.Exists(folder.TokenFile))
            {
                WriteSecret(folder.TokenFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
            }

            if (!File.Exists(folder.SecretsKeyFile))
            {
                WriteSecret(folder.SecretsKeyFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
            }

            if (!File.Exists(folder.CallbackSecretFile))
            {
                WriteSecret(folder.CallbackSecretFile, RandomNumberGenerator.GetHexString(64, lowercase: true));
            }

            File.ReadAllText(folder.TokenFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--data {path}: {e.Message}");
        }

        return folder;
    }

    /// <summary>The admin's password file: the given one, which must exist, or one generated here on first use.</summary>
    public string EnsurePasswordFile(string? given)
    {
        if (given is not null)
        {
            return File.Exists(given) ? System.IO.Path.GetFullPath(given) : throw new UsageException($"--password-file: there is no file {given}");
        }

        var path = System.IO.Path.Combine(Path, "password");

        if (!File.Exists(path))
        {
            WriteSecret(path, RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24));
        }

        return path;
    }

    private static void WriteSecret(string path, string secret)
    {
        var temporary = path + ".new";

        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(secret));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
