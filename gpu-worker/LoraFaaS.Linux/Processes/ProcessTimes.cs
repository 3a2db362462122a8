using System.Globalization;

namespace LoraFaaS.Linux.Processes;

/// <summary>Processor time of a process, its ended threads included (proc_pid_stat(5)).</summary>
public static class ProcessTimes
{
    /// <summary>USER_HZ, which the kernel has told programs on x86-64 and arm64 since ever.</summary>
    private const int TicksPerSecond = 100;

    /// <summary>Null: it is gone.</summary>
    public static TimeSpan? OfProcess(int processId)
    {
        try
        {
            return Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The second field, the program's name, may hold anything, brackets and spaces too; fields are counted from the last bracket.</summary>
    internal static TimeSpan? Parse(string stat)
    {
        const int User = 11, System = 12;
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);

        return fields.Length > System
            && long.TryParse(fields[User], CultureInfo.InvariantCulture, out var user)
            && long.TryParse(fields[System], CultureInfo.InvariantCulture, out var system)
            ? TimeSpan.FromSeconds((double)(user + system) / TicksPerSecond)
            : null;
    }
}
