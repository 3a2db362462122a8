namespace LoraFaaS.Linux.Cgroups;

/// <summary>
/// A worker's groups: one folder of its own in every hierarchy, below the group the worker itself is in, so that what holds the worker
/// holds its sandboxes too; and in it one group for each process.
/// </summary>
public sealed class CgroupTree(IReadOnlyList<CgroupPlace> places, string name)
{
    public IReadOnlyList<CgroupPlace> Places { get; } = places;

    /// <summary>The folder of this worker in every hierarchy.</summary>
    public IReadOnlyList<string> Folders => [.. Places.Select(place => Path.Combine(place.Folder, name))];

    /// <summary>Removes a worker's folder in one hierarchy and the groups in it, if nobody is in them.</summary>
    public static bool TryRemoveTree(string folder) => Children(folder).Select(TryRemoveFolder).ToList().TrueForAll(removed => removed) && TryRemoveFolder(folder);

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

    /// <summary>What a process's groups have counted.</summary>
    public CgroupEvents Read(string child)
    {
        var sum = default(CgroupEvents);

        foreach (var place in Places)
        {
            var here = CgroupCounters.Read(place, Path.Combine(place.Folder, name, child));
            sum = new CgroupEvents(sum.MemoryRefusals + here.MemoryRefusals, sum.MemoryKills + here.MemoryKills, sum.ThreadRefusals + here.ThreadRefusals);
        }

        return sum;
    }

    /// <summary>Lets a process compute only what others leave, or its share again. False: no hierarchy here controls processors, or the group is gone.</summary>
    public bool TrySetLast(string child, bool isLast, int cpuWeight)
    {
        var hasSet = false;

        foreach (var place in Places.Where(place => place.Controllers.Contains(CgroupController.Cpu)))
        {
            hasSet |= CgroupFolder.TrySetLast(place, Path.Combine(place.Folder, name, child), isLast, cpuWeight);
        }

        return hasSet;
    }

    /// <summary>
    /// Another memory limit for a process that runs. False: it uses more than that, and the limit stays as it was. True too where no hierarchy here controls memory, or the group is gone.
    /// </summary>
    public bool TryLimitMemory(string child, long bytes) =>
        Places.Where(place => place.Controllers.Contains(CgroupController.Memory))
            .Select(place => CgroupFolder.TryLimitMemory(place, Path.Combine(place.Folder, name, child), bytes)).ToList().TrueForAll(isSet => isSet);

    /// <summary>Removes a process's groups once it is gone. False: somebody is still in one.</summary>
    public bool TryRemove(string child) => Places.Select(place => TryRemoveFolder(Path.Combine(place.Folder, name, child))).ToList().TrueForAll(removed => removed);

    /// <summary>Removes what is left of this worker's groups.</summary>
    public bool TryRemove() => Folders.Select(TryRemoveTree).ToList().TrueForAll(removed => removed);

    /// <summary>None of a folder that is gone, however lately.</summary>
    private static List<string> Children(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder)];
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

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
