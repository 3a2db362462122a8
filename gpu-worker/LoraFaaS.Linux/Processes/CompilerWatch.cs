using System.Globalization;
using System.Runtime;

namespace LoraFaaS.Linux.Processes;

/// <summary>
/// Has the runtime's background compiler give way to whatever else wants a processor. Its thread comes when there is something to compile anew, leaves after some seconds without, and the next one starts
/// with the nice value of whoever made it, so that it has to be looked for again: by one caller, every now and then. Where nothing was compiled since the last look there is nothing to look for.
/// </summary>
/// <remarks>
/// The idle class would not do: at a busy machine it compiles nothing at all, and code stays slow for good. A nice value is a share: a tenth of a busy processor at 10.
/// </remarks>
/// <param name="nice">1 to 19.</param>
/// <param name="compiled">How many methods were compiled until now; null: the runtime's own count.</param>
public sealed class CompilerWatch(int nice, Func<long>? compiled = null)
{
    private const string Tasks = "/proc/self/task";

    /// <summary>".NET Tiered Compilation Worker", of which the kernel keeps fifteen characters.</summary>
    internal const string ThreadName = ".NET Tiered Com";

    private readonly Func<long> _compiled = compiled ?? (static () => JitInfo.GetCompiledMethodCount());
    private long _seen;

    /// <summary>How many compiling threads there are, all of which give way now; 0 too where nothing was compiled since the last look, and where there are no such files.</summary>
    public int Look()
    {
        var count = _compiled();

        if (count == _seen)
        {
            return 0;
        }

        _seen = count;
        return Directory.Exists(Tasks) ? Directory.EnumerateDirectories(Tasks).Count(GivesWay) : 0;
    }

    private bool GivesWay(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n') == ThreadName
                && int.TryParse(Path.GetFileName(task), CultureInfo.InvariantCulture, out var thread)
                && ThreadNice.TryRaise(thread, nice);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
