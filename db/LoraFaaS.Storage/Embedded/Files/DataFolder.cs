using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Storage.Embedded.Files;

/// <summary>
/// The folder of an embedded controller, held by this process alone: an exclusive advisory lock (flock, which the kernel drops
/// when the process dies, however it dies) on <c>lock</c>.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>EWOULDBLOCK of flock(2), which .NET hands on as an exception's HResult.</summary>
    private const int WouldBlock = 11;

    private const string LockFile = "lock";
    private const string FormatFile = "format";
    private const string Format = "1\n";

    private readonly SafeFileHandle _lock;

    private DataFolder(string path, SafeFileHandle @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <exception cref="StorageStartException">The folder cannot be used, or another process uses it.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);

        try
        {
            Create(full);
            _ = Directory.GetFileSystemEntries(full);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(full, exception);
        }

        var folder = new DataFolder(full, TakeLock(full));

        try
        {
            CheckFormat(full);
            return folder;
        }
        catch (StorageStartException)
        {
            folder.Dispose();
            throw;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw Unusable(full, exception);
        }
    }

    /// <summary>A folder below, made when missing.</summary>
    public string Below(string name)
    {
        var path = System.IO.Path.Combine(Path, name);

        try
        {
            Directory.CreateDirectory(path);
            DurableFiles.FlushFolder(Path);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Rewrites the format mark, which also shows that the folder can be written durably.</summary>
    private static void CheckFormat(string folder)
    {
        var path = System.IO.Path.Combine(folder, FormatFile);

        if (File.Exists(path) && File.ReadAllText(path) is var found && found != Format)
        {
            throw new StorageStartException(
                $"The data folder {folder} has format '{found.Trim()}', which this release does not know; start the release that wrote it.");
        }

        DurableFiles.Replace(path, System.Text.Encoding.UTF8.GetBytes(Format));
    }

    /// <summary>Functions' environment is in it, so it is the owner's alone. A folder that is there keeps its mode.</summary>
    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static SafeFileHandle TakeLock(string folder)
    {
        var path = System.IO.Path.Combine(folder, LockFile);

        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix.
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            throw new StorageStartException(
                $"The data folder {folder} is in use by another process; stop that one, or choose another folder with --Storage:DataPath.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, exception);
        }
    }

    private static StorageStartException Unusable(string folder, Exception exception) =>
        new($"The data folder {folder} cannot be read and written ({OneLine(exception.Message)}); choose another with --Storage:DataPath.", exception);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
