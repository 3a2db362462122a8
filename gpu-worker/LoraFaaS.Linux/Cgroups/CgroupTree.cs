namespace LoraFaaS.Linux.Cgroups;

/// <summary>
/// A worker's groups: one folder of its own in every hierarchy, below the group the worker itself is in, so that what holds the worker
/// holds its sandboxes too; and in it one group for each process.
/// </summary>
public sealed class CgroupTree(IReadOnlyList<CgroupPlace> places, string name)
{
    public IReadOnlyList<CgroupPlace> Places { get; } = places;

    /// <summary>Makes a group in one hierarchy and returns its cgroup.procs.</summary>
    public string Create(CgroupPlace place, string child, CgroupLimits limits)
    {
        ArgumentNullException.ThrowIfNull(place);
        var own = Path.Combine(place.Folder, name);

        if (place.IsUnified)
        {
            CgroupFolder.HandOn(place.Folder, place.Controllers);
            Directory.CreateDirectory(own);
            CgroupFolder.HandOn(own, place.Controllers);
        }

        return CgroupFolder.Create(place, Path.Combine(own, child), limits);
    }

    /// <summary>Removes a process's groups once it is gone. False: somebody is still in one.</summary>
    public bool TryRemove(string child) => Places.Select(place => TryRemoveFolder(Path.Combine(place.Folder, name, child))).ToList().TrueForAll(removed => removed);

    /// <summary>Removes what is left of this worker's groups.</summary>
    public bool TryRemove() => Places.Select(place => RemoveBelow(Path.Combine(place.Folder, name))).ToList().TrueForAll(removed => removed);

    private static bool RemoveBelow(string folder) =>
        !Directory.Exists(folder) || (Directory.EnumerateDirectories(folder).ToList().TrueForAll(TryRemoveFolder) && TryRemoveFolder(folder));

    private static bool TryRemoveFolder(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                // Its files are the kernel's and go with it: rmdir, and nothing recursive.
                Directory.Delete(folder, recursive: false);
            }

            return true;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
