using System.Collections.Concurrent;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Bench.Papers;

/// <summary>The targets against P-LoRA's policy on arrivals of its own kind: the Azure day's, scaled.</summary>
internal sealed class AdapterSlices(string folder, int slices, int first, List<PapersRow> rows)
{
    /// <summary>Calls a second that are offered in the mean of a stretch.</summary>
    private static readonly double[] Rates = [.. Enumerable.Range(0, 18).Select(step => 10 + (3.0 * step))];

    private readonly string _setting = $"1 A100 40 GB rented as a whole, Llama2-7B, 1 000 adapters r8–r64, Azure day with scaled gaps, 100/20 tokens, first token within 1 s, stretches {first} to {first + slices - 1}, of 4 h";
    private readonly Lazy<Trace[]> _traces = new(() => [.. Enumerable.Range(first, slices).Select(new AdapterTraces(folder).Of)]);
    private readonly ConcurrentDictionary<(string System, int Slice, double Rate), RunReport> _runs = new();

    public void Targets()
    {
        var ours = Capacities(AdapterBench.Ours);
        var aborting = Capacities("plora-abort");

        foreach (var system in new[] { "plora", "plora-mixed" })
        {
            var theirs = Capacities(system);
            var ratio = Ratio(ours, theirs);
            rows.Add(new($"throughput within the SLO at {AdapterTraces.Adapters} adapters, Azure arrivals, against {system}", _setting, "≥ 1.2×", "", InTime(theirs).Text("/s"), InTime(ours).Text("/s"), ratio.Mean >= 1.2,
                ratio.Text("×") + FormattableString.Invariant($"; answered in time each second at the highest of {Rates[0]} to {Rates[^1]}/s at which at most a twentieth is late or refused; of ours refused {ours.Average(run => (double)run.Refused / run.Calls):P1}; with S-LoRA's early abort and mixed steps theirs is {InTime(aborting).Text("/s")}, ours {Ratio(ours, aborting).Text("×")}")));

            var (cold, warm) = (All(system, AdapterBench.At), All(AdapterBench.Ours, AdapterBench.At));
            var change = (warm.Average(run => run.ColdMs.Mean) / cold.Average(run => run.ColdMs.Mean)) - 1;
            rows.Add(new($"cold-start time a call at {AdapterTraces.Adapters} adapters, Azure arrivals, against {system}", _setting + $", {AdapterBench.At}/s", "≤ −50 %", "", Sample.Of(cold.Select(run => run.ColdMs.Mean)).Text(" ms"), Sample.Of(warm.Select(run => run.ColdMs.Mean)).Text(" ms"), change <= -0.5,
                FormattableString.Invariant($"{change * 100:0} %; calls that wait {cold.Average(run => run.ColdAdapter) * 100:0.0} and {warm.Average(run => run.ColdAdapter) * 100:0.0} %")));
        }
    }

    private static Sample InTime(IReadOnlyList<RunReport> runs) => Sample.Of(runs.Select(run => run.GoodPerSecond));

    private static Sample Ratio(IReadOnlyList<RunReport> ours, IReadOnlyList<RunReport> theirs) => Sample.Of(ours.Zip(theirs, (mine, other) => mine.GoodPerSecond / other.GoodPerSecond));

    private RunReport[] All(string system, double rate)
    {
        var runs = new RunReport[slices];
        Parallel.For(0, slices, slice => runs[slice] = Run(system, slice, rate));
        ReportWriter.Say(FormattableString.Invariant($"{system}, Azure {rate}/s: TTFT {runs.Average(run => run.TtftMs.Mean):0} ms, cold {runs.Average(run => run.ColdMs.Mean):0.00} ms, misses {runs.Average(run => run.SloMisses):P1}"));
        return runs;
    }

    /// <summary>Of each stretch the run at the highest rate that is served within the promise, by halving; where none is, the lowest rate's.</summary>
    private RunReport[] Capacities(string system)
    {
        var runs = new RunReport[slices];
        Parallel.For(0, slices, slice =>
        {
            var (kept, broken) = (0, Rates.Length);

            while (broken - kept > 1)
            {
                var middle = (kept + broken) / 2;
                (kept, broken) = Run(system, slice, Rates[middle]).SloMisses <= AdapterBench.MostLate ? (middle, broken) : (kept, middle);
            }

            runs[slice] = Run(system, slice, Rates[kept]);
            ReportWriter.Say(FormattableString.Invariant($"{system}, Azure stretch {slice}: {Rates[kept]}/s, in time {runs[slice].GoodPerSecond:0.0}/s, misses {runs[slice].SloMisses:P1}"));
        });
        return runs;
    }

    private RunReport Run(string system, int slice, double rate) =>
        _runs.GetOrAdd((system, slice, rate), _ => Simulate.Run(ClusterPresets.A100, TraceScaling.To(_traces.Value[slice], rate), system, priceMs: 0));
}
