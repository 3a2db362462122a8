using System.Globalization;

namespace LoraFaaS.Bench.Door;

/// <summary>What a process has taken of the processors until now.</summary>
/// <param name="All">All its threads, also those that have ended.</param>
/// <param name="Compiler">Of it the thread that compiles hot methods anew.</param>
internal readonly record struct ProcessorTime(TimeSpan All, TimeSpan Compiler)
{
    /// <summary>Of a kernel's clock that counts 100 a second, as every Linux tells its programs.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static ProcessorTime operator -(ProcessorTime left, ProcessorTime right) => new(left.All - right.All, left.Compiler - right.Compiler);

    public static ProcessorTime Of(int process)
    {
        // The compiler's thread comes and goes with its work; what it took is in the process's sum then and no longer here.
        var folder = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}";
        var compiler = Directory.GetDirectories(folder + "/task").Where(task => Read(task + "/comm").Contains("Tiered", StringComparison.Ordinal)).Sum(task => Ticks(Read(task + "/stat")));
        return new(Ticks(Read(folder + "/stat")) * Tick, compiler * Tick);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>utime and stime, the 12th and 13th after the name in its parentheses.</summary>
    private static double Ticks(string stat) => stat.Length == 0
        ? 0
        : stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..13].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture));
}
