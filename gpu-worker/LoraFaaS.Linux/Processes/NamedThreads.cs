using System.Globalization;

namespace LoraFaaS.Linux.Processes;

/// <summary>Threads of this process by their names: for those that the runtime makes and gives nobody a handle of.</summary>
public static class NamedThreads
{
    private const string Tasks = "/proc/self/task";

    /// <summary>Of a name the kernel keeps so many bytes.</summary>
    private const int Kept = 15;

    /// <param name="name">ASCII; of a longer one the first fifteen characters count.</param>
    /// <returns>Their kernel ids, lowest first. None where there are no such files.</returns>
    public static IReadOnlyList<int> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var kept = name[..Math.Min(name.Length, Kept)];
        return Directory.Exists(Tasks) ? [.. Directory.EnumerateDirectories(Tasks).Where(task => IsNamed(task, kept)).Select(Id).Order()] : [];
    }

    private static bool IsNamed(string task, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n') == name;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int Id(string task) => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
}
