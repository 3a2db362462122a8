using LoraFaaS.Linux.Cgroups;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Where the private folders of this worker's sandboxes lie: under the system's temporary folder, nobody but its owner can list it. A lock in it is held as
/// long as the worker lives, however it ends, so the next worker can tell what a killed one left behind from what a neighbour still uses,
/// also where process ids mean nothing to each other (containers that share /tmp).
/// </summary>
internal sealed partial class RuntimeFolder : IDisposable
{
    private const string Prefix = "lorafaas-worker-";
    private const string LockName = "owner";
    private const string UnlockedName = "owner.new";
    private const string GroupsName = "groups";

    private readonly ILogger<RuntimeFolder> _logger;
    private readonly FileStream _lock;

    public RuntimeFolder(string parent, ILogger<RuntimeFolder> logger)
    {
        _logger = logger;
        RemoveLeftovers(parent);
        Path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..8]);

        // A confined process of another user passes through to its own folder, whose name it is told; it cannot list what lies here.
        Directory.CreateDirectory(
            Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        _lock = Lock();
    }

    public string Path { get; }

    /// <summary>Unlike that of any other worker, living or dead; names its control groups too.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>
    /// Where this worker's control groups are, for whoever cleans up after it: the next worker may itself be in another group, and would not
    /// look there.
    /// </summary>
    public void Remember(IReadOnlyList<string> groups) => File.WriteAllLines(System.IO.Path.Combine(Path, GroupsName), groups);

    /// <summary>A group in which a process is still ending cannot go: then the folder stays too, so that the next worker finds both.</summary>
    public void Dispose()
    {
        // The lock is let go last, or a worker that starts meanwhile would clean up beside this one.
        if (new CgroupTree(CgroupPlaces.Find(), Name).TryRemove())
        {
            Remove(Path);
        }

        _lock.Dispose();
    }

    /// <summary>A file is there before it is locked, and a neighbour that starts meanwhile would take it for one that nobody holds any more: it has its name once it is locked.</summary>
    private FileStream Lock()
    {
        var unlocked = System.IO.Path.Combine(Path, UnlockedName);
        var locked = new FileStream(unlocked, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Move(unlocked, System.IO.Path.Combine(Path, LockName));
        return locked;
    }

    private void RemoveLeftovers(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*").ToList())
        {
            // Held until all of it is gone: of several that start at once one cleans up.
            using var taken = TryTake(folder);

            if (taken is not null)
            {
                RemoveGroups(folder);
                Remove(folder);
                LogLeftover(folder);
            }
        }
    }

    private static void RemoveGroups(string folder)
    {
        var list = System.IO.Path.Combine(folder, GroupsName);

        // Of this worker's name only: whoever could write another line there must not have us remove anything else.
        foreach (var group in File.Exists(list) ? File.ReadAllLines(list) : [])
        {
            if (System.IO.Path.GetFileName(group) == System.IO.Path.GetFileName(folder))
            {
                CgroupTree.TryRemoveTree(group);
            }
        }
    }

    /// <summary>A folder without its lock file may be one that is just being made, and one that cannot be read is another user's.</summary>
    private static FileStream? TryTake(string folder)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else was quicker.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(failure, folder);
        }
    }

    [LoggerMessage(3223, LogLevel.Warning, "The runtime folder {Folder} cannot be removed")]
    private partial void LogNotRemoved(Exception exception, string folder);

    [LoggerMessage(3224, LogLevel.Information, "Removed {Folder}, which a worker that is gone had left behind")]
    private partial void LogLeftover(string folder);
}
