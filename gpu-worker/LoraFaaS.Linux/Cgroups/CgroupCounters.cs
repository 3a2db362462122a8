using System.Globalization;

namespace LoraFaaS.Linux.Cgroups;

/// <summary>Reads a group's counters. v2 has them in files of <c>name value</c> lines; v1 has some there and some as a bare number.</summary>
internal static class CgroupCounters
{
    public static CgroupEvents Read(CgroupPlace place, string path)
    {
        var events = default(CgroupEvents);

        foreach (var controller in place.Controllers)
        {
            events = controller switch
            {
                CgroupController.Memory when place.IsUnified => events with
                {
                    MemoryRefusals = Named(path, "memory.events", "max"), MemoryKills = Named(path, "memory.events", "oom_kill"),
                },
                CgroupController.Memory => events with
                {
                    MemoryRefusals = Number(path, "memory.failcnt"), MemoryKills = Named(path, "memory.oom_control", "oom_kill"),
                },
                CgroupController.Pids => events with { ThreadRefusals = Named(path, "pids.events", "max") },
                _ => events,
            };
        }

        return events;
    }

    /// <summary>0 where the kernel does not count it, or the group is gone.</summary>
    private static long Named(string path, string file, string name)
    {
        foreach (var line in Text(path, file).Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ' ')
            {
                return Parse(line.AsSpan(name.Length + 1));
            }
        }

        return 0;
    }

    private static long Number(string path, string file) => Parse(Text(path, file));

    private static long Parse(ReadOnlySpan<char> text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static string Text(string path, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, file));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
