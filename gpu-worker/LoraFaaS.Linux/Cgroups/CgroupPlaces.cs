namespace LoraFaaS.Linux.Cgroups;

/// <summary>Finds the hierarchies that control memory, processors and threads: one tree (v2), one each (v1), or some of both.</summary>
public static class CgroupPlaces
{
    public static IReadOnlyList<CgroupPlace> Find() => Read(
        File.ReadAllLines("/proc/self/cgroup"), File.ReadAllLines("/proc/self/mountinfo"), Offered);

    /// <param name="membership">Lines of /proc/PID/cgroup: <c>id:controllers:path</c>; no controllers means v2.</param>
    /// <param name="mounts">Lines of /proc/PID/mountinfo: the fourth field is the mount's root in its tree, the fifth where it is mounted.</param>
    /// <param name="offered">The controllers of a v2 folder.</param>
    internal static IReadOnlyList<CgroupPlace> Read(
        IEnumerable<string> membership, IReadOnlyList<string> mounts, Func<string, IReadOnlyList<string>> offered)
    {
        List<CgroupPlace> places = [];

        foreach (var line in membership)
        {
            if (line.Split(':', 3) is not [_, var names, var path])
            {
                continue;
            }

            var isUnified = names.Length == 0;

            if (Folder(mounts, names, path) is { } folder
                && Wanted(isUnified ? offered(folder) : names.Split(',')) is { Count: > 0 } controllers)
            {
                places.Add(new CgroupPlace(folder, isUnified, controllers));
            }
        }

        return places;
    }

    private static string? Folder(IReadOnlyList<string> mounts, string names, string path)
    {
        foreach (var mount in mounts)
        {
            var halves = mount.Split(" - ", 2);

            if (halves.Length == 2 && halves[0].Split(' ') is [_, _, _, var root, var point, ..] && halves[1].Split(' ') is [var type, _, var options, ..]
                && (names.Length == 0 ? type == "cgroup2" : type == "cgroup" && names.Split(',').All(name => options.Split(',').Contains(name)))
                && Inside(root, path) is { } inside)
            {
                return inside.Length == 0 ? point : $"{point}/{inside}";
            }
        }

        return null;
    }

    /// <summary>The path from a mount's root; null when it lies outside, as for a container that sees only a part of the tree.</summary>
    private static string? Inside(string root, string path)
    {
        if (root == "/")
        {
            return path.TrimStart('/');
        }

        return path == root ? "" : path.StartsWith(root + "/", StringComparison.Ordinal) ? path[(root.Length + 1)..] : null;
    }

    private static List<CgroupController> Wanted(IEnumerable<string> names)
    {
        List<CgroupController> wanted = [];

        foreach (var name in names)
        {
            if (Enum.TryParse<CgroupController>(name, ignoreCase: true, out var controller) && !char.IsDigit(name[0]))
            {
                wanted.Add(controller);
            }
        }

        return wanted;
    }

    private static string[] Offered(string folder)
    {
        var file = Path.Combine(folder, "cgroup.controllers");
        return File.Exists(file) ? File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) : [];
    }
}
