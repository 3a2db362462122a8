using System.Collections.Concurrent;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Papers;

/// <summary>Runs of all slices of a class, each computed once.</summary>
/// <param name="folder">Of the traces.</param>
/// <param name="slices">How many of each class.</param>
/// <param name="first">The first one's number: the published figures begin with 0.</param>
internal sealed class SliceRuns(string folder, int slices, int first)
{
    private readonly ConcurrentDictionary<(string Class, int Slice, string System, double Price, int Load), RunReport> _runs = new();
    private readonly ConcurrentDictionary<(string Class, int Slice, int Load), Trace> _traces = new();

    public string Folder => folder;

    public int Slices => slices;

    public int First => first;

    /// <summary>Cluster, load, promise and price of everything that is run here.</summary>
    public string Setting { get; } =
        $"16 L40S, 4 × Llama2-7B and 4 × 13B, GSM8K lengths, the Azure day of {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} as traced, slices {first} to {first + slices - 1}, of 4 h, SLO 2.5/4 s, Function Compute prices";

    public IReadOnlyList<RunReport> Of(string variation, string system, double price = 1, int load = 1)
    {
        Parallel.For(0, slices, slice => Run(variation, slice, system, price, load));
        var reports = Enumerable.Range(0, slices).Select(slice => _runs[(variation, slice, system, price, load)]).ToArray();
        ReportWriter.Say(FormattableString.Invariant(
            $"{variation} ×{load} {system}@{price}: TTFT {reports.Average(run => run.TtftMs.Mean):0} ms, cold {reports.Average(run => run.ColdSeconds):0} s, misses {reports.Average(run => run.SloMisses):P1}, ${reports.Average(run => run.Cost):0.00}"));
        return reports;
    }

    private void Run(string variation, int slice, string system, double price, int load)
    {
        var key = (variation, slice, system, price, load);

        if (!_runs.ContainsKey(key))
        {
            var trace = _traces.GetOrAdd((variation, slice, load), _ => TraceSlices.Read(folder, variation, first + slice, load: load));
            _runs[key] = Simulate.Run(ClusterPresets.L40S, trace, system, price);
        }
    }
}
