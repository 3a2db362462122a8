using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Papers;

/// <summary>
/// Calls to a thousand adapters as P-LoRA's were (papers B5): functions of the Azure day stand for adapters, and the gaps between calls are scaled. The day here has 647 functions: further adapters are
/// called as the first ones are, half a day later (of fewer functions a third of a day, and so on). Random stretches of four hours, half an hour before each only warms; by fixed seeds.
/// </summary>
internal sealed class AdapterTraces(string folder)
{
    public const int Adapters = 1_000;

    private const int Before = 30;

    private readonly Lazy<IReadOnlyList<MinuteCounts>> _rows = new(() => TraceFiles.ReadMinutes(Path.Combine(folder, "azure_functions_2019_day_counts.csv.gz")));

    /// <summary>Adapters of ranks 8 to 64 on query and value, in turns.</summary>
    public static TraceFunction[] Functions { get; } = [.. Enumerable.Range(0, Adapters).Select(index => new TraceFunction($"a{index}", 0, 8.4 * (1 << (index % 4))))];

    /// <summary>As traced.</summary>
    public Trace Of(int slice)
    {
        var rows = _rows.Value;
        var day = rows.Min(row => row.Counts.Length);
        var copies = (Adapters + rows.Count - 1) / rows.Count;
        var random = new Random(slice);
        var start = random.Next(day - Before - TraceSlices.Minutes + 1);
        MinuteCounts[] laid = [.. Enumerable.Range(0, Adapters).Select(adapter => Later(rows[adapter % rows.Count], adapter / rows.Count * day / copies, day))];
        return TraceFiles.FromMinutes($"azure {slice}", laid, Functions, start, Before + TraceSlices.Minutes, Before, TokenLengths.Brief, random.Next());
    }

    private static MinuteCounts Later(MinuteCounts row, int minutes, int day) => row with { Counts = [.. Enumerable.Range(0, day).Select(minute => row.Counts[(minute + minutes) % day])] };
}
