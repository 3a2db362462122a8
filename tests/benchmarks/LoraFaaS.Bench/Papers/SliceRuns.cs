using System.Collections.Concurrent;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Papers;

/// <summary>Runs of all slices of a class, each computed once.</summary>
internal sealed class SliceRuns(string folder, int slices)
{
    private readonly ConcurrentDictionary<(string Class, int Slice, string System, double Price, int Load), RunReport> _runs = new();
    private readonly ConcurrentDictionary<(string Class, int Slice, int Load), Trace> _traces = new();

    public int Slices => slices;

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
            var trace = _traces.GetOrAdd((variation, slice, load), _ => TraceSlices.Read(folder, variation, slice, load: load));
            _runs[key] = Simulate.Run(ClusterPresets.L40S, trace, system, price);
        }
    }
}
