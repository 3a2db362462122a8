namespace LoraFaaS.TestKit.Platform;

/// <summary>Processes as /proc shows them.</summary>
public static class ProcessTree
{
    /// <summary>Running descendants of a process whose command line contains a text.</summary>
    public static IReadOnlyList<int> DescendantsOf(int ancestor, string commandLinePart)
    {
        var parents = new Dictionary<int, int>();

        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && ReadStat(pid) is { } stat && stat.State != 'Z')
            {
                parents[pid] = stat.Parent;
            }
        }

        return [.. parents.Keys.Where(pid => IsBelow(pid, ancestor, parents) && CommandLine(pid).Contains(commandLinePart, StringComparison.Ordinal)).Order()];
    }

    /// <summary>Running processes with a text on their command line or in their environment's working folder.</summary>
    public static IReadOnlyList<int> WithCommandLine(string part) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && ReadStat(pid) is { State: not 'Z' } && CommandLine(pid).Contains(part, StringComparison.Ordinal))];

    private static bool IsBelow(int pid, int ancestor, Dictionary<int, int> parents)
    {
        while (parents.TryGetValue(pid, out var parent))
        {
            if (parent == ancestor)
            {
                return true;
            }

            pid = parent;
        }

        return false;
    }

    private static (char State, int Parent)? ReadStat(int pid)
    {
        try
        {
            // "pid (name) state ppid …"; the name may hold anything, so look behind its last parenthesis.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
