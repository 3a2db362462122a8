using System.Globalization;

namespace LoraFaaS.Linux.Cgroups;

/// <summary>One group in one hierarchy: its limits are files, and so is entering it.</summary>
internal static class CgroupFolder
{
    private const string Procs = "cgroup.procs";
    private const string Subtree = "cgroup.subtree_control";

    /// <summary>Makes a group and sets its limits. Returns the file through which one enters.</summary>
    /// <exception cref="IOException">The kernel, or who owns the tree, does not allow it.</exception>
    public static string Create(CgroupPlace place, string path, CgroupLimits limits)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(limits);
        Directory.CreateDirectory(path);

        foreach (var controller in place.Controllers)
        {
            switch (controller)
            {
                case CgroupController.Memory:
                    SetMemory(path, place.IsUnified, limits.MemoryBytes);
                    break;
                case CgroupController.Cpu:
                    SetWeight(path, place.IsUnified, limits.CpuWeight);
                    break;
                case CgroupController.Pids:
                    Set(path, "pids.max", limits.Threads);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        return Path.Combine(path, Procs);
    }

    /// <summary>Hands controllers on to the groups below (v2). A group that holds processes and hands on is not allowed below the root.</summary>
    public static void HandOn(string path, IEnumerable<CgroupController> controllers)
    {
        var file = Path.Combine(path, Subtree);
        var there = File.ReadAllText(file);

        foreach (var name in controllers.Select(controller => controller.ToString().ToLowerInvariant()))
        {
            if (!there.Split([' ', '\n']).Contains(name))
            {
                File.WriteAllText(file, "+" + name);
            }
        }
    }

    /// <summary>The scheduler's idle class (Linux 5.15), which wakes nobody late; before that the least weight there is.</summary>
    public static bool TrySetLast(CgroupPlace place, string path, bool isLast, int cpuWeight)
    {
        const string Idle = "cpu.idle";

        try
        {
            if (File.Exists(Path.Combine(path, Idle)))
            {
                Set(path, Idle, isLast ? 1 : 0);
            }
            else if (isLast)
            {
                SetWeight(path, place.IsUnified, 1);
            }

            if (!isLast)
            {
                SetWeight(path, place.IsUnified, cpuWeight);
            }

            return true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Another limit for a group that is in use. False: it uses more than that, and of what it uses nothing can be taken back. A unified tree's kernel ends processes of the group then, and this is true.
    /// </summary>
    public static bool TryLimitMemory(CgroupPlace place, string path, long bytes)
    {
        try
        {
            SetMemory(path, place.IsUnified, bytes);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A weight of v1, which knows finer ones.</summary>
    public static void SetShares(string path, long shares) => Set(path, "cpu.shares", shares);

    private static void SetWeight(string path, bool isUnified, int weight)
    {
        if (isUnified)
        {
            Set(path, "cpu.weight", weight);
            return;
        }

        // 1 024 shares are what weight 100 is.
        SetShares(path, Math.Max(2, weight * 1_024L / 100));
    }

    private static void SetMemory(string path, bool isUnified, long bytes)
    {
        if (isUnified)
        {
            Set(path, "memory.max", bytes);
            TrySet(path, "memory.swap.max", 0);
            TrySet(path, "memory.oom.group", 1);
            return;
        }

        const string Limit = "memory.limit_in_bytes";
        const string WithSwap = "memory.memsw.limit_in_bytes";

        // With swap it may never be less than without.
        if (bytes > Get(path, Limit))
        {
            TrySet(path, WithSwap, bytes);
        }

        Set(path, Limit, bytes);
        TrySet(path, WithSwap, bytes);
    }

    /// <summary>A limit as it stands; where it cannot be read, none.</summary>
    private static long Get(string path, string name) =>
        File.Exists(Path.Combine(path, name)) && long.TryParse(File.ReadAllText(Path.Combine(path, name)), CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;

    private static void Set(string path, string name, long value) => File.WriteAllText(Path.Combine(path, name), value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Not every kernel counts swap, and not every machine has any.</summary>
    private static void TrySet(string path, string name, long value)
    {
        if (File.Exists(Path.Combine(path, name)))
        {
            Set(path, name, value);
        }
    }
}
