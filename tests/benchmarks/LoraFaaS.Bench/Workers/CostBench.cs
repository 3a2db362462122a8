using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// What thirty minutes of eight functions cost, with one backbone for all and with one each: the times of cold and warm calls are measured on the real worker, and the
/// minutes are replayed in virtual time by the simulator with these times, since a real half hour for each system would be two hours.
/// </summary>
internal sealed class CostBench(ReportWriter report, string shape)
{
    private const int Prompt = 100, Tokens = 16, Minutes = 30, Functions = 8;

    /// <summary>What a sandbox is leased at first, and what it takes beside its backbone (<c>bench sharing</c>), gigabytes.</summary>
    private const double Lease = 0.017, Process = 0.045;

    /// <summary>Of what the device could serve one call at a time, the most that a half hour asks for: beyond it a first token's time says how long the queue is.</summary>
    private const double MostLoad = 0.5;

    /// <summary>The keep-alive of both systems that are compared by what they hold, seconds.</summary>
    private const double KeepAlive = 600;

    public async Task RunAsync()
    {
        ReportWriter.Say($"{shape}: timing cold and warm calls");
        var times = await new ColdBackboneBench(report, shape, withNoShare: false, rounds: 3).MeasureAsync(Prompt, Tokens);
        report.Add(BenchRow.Limit($"{shape}: measured: first token warm; cold, backbone there: {times.Cold:0} ms; cold, its own backbone: {times.Alone:0} ms", times.Warm, "ms"));
        report.Add(BenchRow.Limit($"{shape}: measured: between tokens of one; of four at once: {times.StepOfFour:0.0} ms", times.Step, "ms"));
        var cluster = Cluster(times);
        var (unshared, shared, ours) = (new List<RunReport>(), new List<RunReport>(), new List<RunReport>());
        var (heldApart, heldTogether) = (new List<RunReport>(), new List<RunReport>());
        var shares = new List<double>();

        foreach (var variation in TraceSlices.Classes)
        {
            for (var slice = 0; slice < TraceSlices.Slices; slice++)
            {
                var asked = TraceSlices.Read(RepositoryRoot.Of("tests", "data", "traces"), variation, slice, Functions, backbones: 1, minutes: Minutes, lengths: TokenLengths.Brief);
                shares.Add(Math.Min(1, MostLoad / LoadOf(asked, times)));
                var trace = TraceThinning.Thin(asked, shares[^1]);
                unshared.Add(Simulate.Run(cluster, trace, "unshared-10min"));
                shared.Add(Simulate.Run(cluster, trace, "shared-10min"));
                ours.Add(Simulate.Run(cluster, trace, "lorafaas"));

                if (AreAlwaysHeld(trace))
                {
                    heldApart.Add(unshared[^1]);
                    heldTogether.Add(shared[^1]);
                }
            }
        }

        report.Add(BenchRow.Limit($"{shape}: calls kept of the half hours', so that none asks for more than {100 * MostLoad:0} % of the device: mean", 100 * shares.Average(), "%"));
        Add(unshared, shared, ours);

        if (heldApart.Count > 0)
        {
            report.Add(Saved(
                $"    device-GB-seconds in the {heldApart.Count} half hours in which all {Functions} are called within each 10 minutes",
                Sum(heldApart, run => run.HeldGigabyteSeconds), Sum(heldTogether, run => run.HeldGigabyteSeconds), 85));
        }
    }

    /// <summary>Of the counted time, the part that its calls would take one after another.</summary>
    private static double LoadOf(Trace trace, ColdTimes times)
    {
        var calls = Enumerable.Range(0, trace.Count).Where(call => trace.Arrival[call] >= trace.CountFrom);
        return calls.Sum(call => times.Warm + (trace.OutputTokens[call] * times.Step)) / (1_000 * (trace.Length - trace.CountFrom));
    }

    /// <summary>Eight copies against one, all of the time: what the bound of 87.5 % is about.</summary>
    private static bool AreAlwaysHeld(Trace trace) => Enumerable.Range(0, trace.Functions.Count).All(function =>
    {
        double[] calls = [trace.CountFrom, .. Enumerable.Range(0, trace.Count).Where(call => trace.Function[call] == function).Select(call => trace.Arrival[call]).Where(at => at >= trace.CountFrom), trace.Length];
        return calls.Zip(calls.Skip(1)).All(pair => pair.Second - pair.First <= KeepAlive);
    });

    private void Add(List<RunReport> unshared, List<RunReport> shared, List<RunReport> ours)
    {
        var name = $"{shape}, {unshared.Count} half hours, {Functions} functions";
        report.Add(Saved($"{name}: device-GB-seconds saved by sharing, keep-alive 10 min both", Sum(unshared, run => run.HeldGigabyteSeconds), Sum(shared, run => run.HeldGigabyteSeconds), 85));
        report.Add(BenchRow.Cost("    time to first token, p95 (mean of the half hours): shared", Mean(shared, run => run.TtftMs.P95), "ms", Mean(unshared, run => run.TtftMs.P95), "nothing shared", 1));
        report.Add(Saved("    whole cost saved by sharing, keep-alive 10 min both", Sum(unshared, run => run.Cost), Sum(shared, run => run.Cost), null));
        report.Add(Saved($"{name}: whole cost, own plans against nothing shared and 10 min", Sum(unshared, run => run.Cost), Sum(ours, run => run.Cost), 89));
        report.Add(BenchRow.Cost("    time to first token, p95: own plans", Mean(ours, run => run.TtftMs.P95), "ms", Mean(unshared, run => run.TtftMs.P95), "nothing shared, 10 min", 1));
        report.Add(BenchRow.Limit("    calls that were counted; refused or never served by own plans: " + ours.Sum(run => run.Refused + run.Unserved), ours.Sum(run => run.Calls), ""));
    }

    private static BenchRow Saved(string name, double before, double after, double? least)
    {
        var saved = 100 * (1 - (after / before));
        return BenchRow.Limit(name, saved, "%") with { Target = least is { } bound ? $"≥ {bound} %" : "", Met = least is { } target ? saved >= target : null };
    }

    private static double Sum(List<RunReport> runs, Func<RunReport, double> of) => runs.Sum(of);

    private static double Mean(List<RunReport> runs, Func<RunReport, double> of) => runs.Average(of);

    /// <summary>One device with room for eight copies: what differs is what is held, not who is kept out.</summary>
    private static ClusterSpec Cluster(ColdTimes times) => new()
    {
        Name = "measured",
        Devices = 1,
        DeviceGigabytes = 16 * times.BackboneBytes / 1e9,
        Backbones =
        [
            new BackboneSpec
            {
                Name = "measured", Gigabytes = times.BackboneBytes / 1e9, PrefillMs = times.Warm, PrefillPerCallMs = Math.Max(0, (times.WarmOfFour - times.Warm) / 3),
                StepMs = times.Step, StepPerCallMs = Math.Max(0, (times.StepOfFour - times.Step) / 3), KvMegabytesPerToken = 0.02,
                LoadMs = times.Alone - times.Cold, FastLoadMs = times.Alone - times.Cold, SloMs = 10 * times.Alone,
            },
        ],
        BlankMs = Math.Max(1, times.Cold - times.Warm),
        LibrariesMs = 0,
        KernelsMs = 0,
        WarmMs = Math.Max(1, times.Cold - times.Warm),
        ContextGigabytes = Lease,
        ProcessHostGigabytes = Process,
    };
}
