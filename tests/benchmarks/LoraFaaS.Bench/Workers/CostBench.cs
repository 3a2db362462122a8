using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
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
/// <param name="report">Where rows go.</param>
/// <param name="shape">Of the backbone.</param>
/// <param name="measured">Times measured before; null: they are measured now.</param>
internal sealed class CostBench(ReportWriter report, string shape, ColdTimes? measured)
{
    private const int Prompt = 100, Tokens = 16, Minutes = 30, Functions = 8;

    /// <summary>What a sandbox is leased at first, and what it takes beside its backbone (<c>bench sharing</c>), gigabytes.</summary>
    private const double Lease = 0.017, Process = 0.045;

    /// <summary>What the trace's adapters are sized for: query, key and value of Llama2-7B's 32 layers of 4 096.</summary>
    private const double RankMegabytesOf7B = 32 * 3 * 2 * 4_096 * 2 / 1e6;

    /// <summary>Of what the device could serve one call at a time, the most that any half hour asks for, those that only teach among them: beyond it a first token's time says how long the queue is.</summary>
    private const double MostLoad = 0.5;

    /// <summary>Where copies may be started: more than any half hour needs.</summary>
    private const int Devices = 32;

    /// <summary>The keep-alive of both systems that are compared by what they hold.</summary>
    private const int KeepAliveMinutes = 10;

    public async Task RunAsync()
    {
        var times = measured ?? await MeasureAsync();
        report.Add(BenchRow.Limit($"{shape}: measured: first token warm; cold, backbone there: {times.Cold:0} ms; cold, its own backbone: {times.Alone:0} ms", times.Warm, "ms"));
        report.Add(BenchRow.Limit($"{shape}: measured: between tokens of one; of four at once: {times.StepOfFour:0.0} ms", times.Step, "ms"));

        Compare($"{Functions} functions that are called all along", times, (variation, slice) => ReadHeld(variation, slice, times));
        Compare($"any {Functions} functions", times, (variation, slice) => Read(variation, slice, fits: null));

        foreach (var most in (double[])[0.1, 0.05, 0.02])
        {
            AtLoad(times, most);
        }

        ScaledOut(times);
    }

    private async Task<ColdTimes> MeasureAsync()
    {
        ReportWriter.Say($"{shape}: timing cold and warm calls");
        return await new ColdBackboneBench(report, shape, withNoShare: false, rounds: 3).MeasureAsync(Prompt, Tokens);
    }

    /// <summary>The same functions called less often: where what waits is most of the cost, and computing, which no sharing lessens, little of it.</summary>
    private void AtLoad(ColdTimes times, double most)
    {
        var replay = new CostReplay(Cluster(times), Half(times, (variation, slice) => ReadHeld(variation, slice, times), most));
        var (apart, together) = (replay.Play("unshared-10min"), replay.Play("shared-10min"));
        report.Add(BenchRow.Limit(FormattableString.Invariant($"{shape}, the functions that are called all along, thinned to at most {100 * most:0} % of the device in any half hour: calls' own time: mean"), 100 * replay.Traces.Average(trace => LoadOf(trace, times)), "%"));
        report.Add(Saved("    device-GB-seconds saved by sharing, keep-alive 10 min both", apart.Held, together.Held, null));

        Plans(replay, apart, together);
    }

    /// <summary>Own plans at the usual price of holding, and at the one at which memory costs as much to hold as to bring again, whoever waits for it; and half of that.</summary>
    private void Plans(CostReplay replay, CostRuns apart, CostRuns together)
    {
        var even = replay.EvenPriceMs;

        foreach (var price in (double[])[Simulate.UsualPriceMs, even / 2, even])
        {
            var ours = replay.Play("lorafaas", price);
            var saved = Share(apart.Cost, ours.Cost);
            var late = ours.P95Ms / apart.P95Ms;
            var name = FormattableString.Invariant(
                $"    whole cost saved, own plans where a GiB-second must save {price:0} ms, against nothing shared and 10 min; first token p95 {ours.P95Ms:0} ms, {late:0.00}× of its {apart.P95Ms:0}");
            report.Add(BenchRow.Rate(name, saved, "%", Share(apart.Cost, Math.Min(ours.LeastCost, together.LeastCost)), "who knows each call") with
            {
                Target = "≥ 89 %, p95 no worse", Met = saved >= 89 && late <= 1,
            });
        }
    }

    /// <summary>
    /// Nothing thinned, nothing chosen, and as many devices as it takes: a call goes where it is served soonest, which for a function of its own process is one more copy, on another device, as soon
    /// as that is up before the queue is through. Each copy is paid for, and kept for ten minutes.
    /// </summary>
    private void ScaledOut(ColdTimes times)
    {
        var replay = new CostReplay(Cluster(times) with { Devices = Devices }, Half(times, (variation, slice) => Read(variation, slice, fits: null), null));
        var (apart, together, ours) = (replay.Play("unshared-10min"), replay.Play("shared-10min"), replay.Play("lorafaas"));
        report.Add(BenchRow.Limit($"{shape}, any {Functions} functions, nothing thinned, {Devices} devices, copies as they are needed: calls' own time, of one device's: mean", 100 * replay.Traces.Average(trace => LoadOf(trace, times)), "%"));
        report.Add(Saved("    device-GB-seconds saved by sharing, keep-alive 10 min both", apart.Held, together.Held, null));
        report.Add(BenchRow.Cost("    time to first token, p95 (mean of the half hours): shared", together.P95Ms, "ms", apart.P95Ms, "nothing shared", 1));
        report.Add(Saved("    whole cost saved by sharing, keep-alive 10 min both", apart.Cost, together.Cost, null));
        Plans(replay, apart, together);
        report.Add(BenchRow.Limit("    calls that were counted; refused or never served by own plans: " + ours.Runs.Sum(run => run.Refused + run.Unserved), ours.Runs.Sum(run => run.Calls), ""));
        Parts("nothing shared", [.. apart.Runs], apart.Cost);
        Parts("own plans", [.. ours.Runs], apart.Cost);
    }

    private List<Trace> Half(ColdTimes times, Func<string, int, Trace> read, double? most) =>
        [.. TraceSlices.Classes.SelectMany(variation => Enumerable.Range(0, TraceSlices.Slices).Select(slice => Fit(read(variation, slice), times, most)))];

    private void Compare(string which, ColdTimes times, Func<string, int, Trace> read)
    {
        var cluster = Cluster(times);
        var replay = new CostReplay(cluster, Half(times, read, MostLoad));
        var traces = replay.Traces;
        var (apart, together, ours, oracle) = (Play("unshared-10min"), Play("shared-10min"), Play("lorafaas"), Play("oracle-ours"));
        var name = $"{shape}, {traces.Count} half hours of {which}";

        report.Add(BenchRow.Limit($"{name}: calls' own time, of the device's: mean", 100 * traces.Average(trace => LoadOf(trace, times)), "%"));
        report.Add(Saved("    device-GB-seconds saved by sharing, keep-alive 10 min both (8 copies to 1: 87.5 %)", Sum(apart, run => run.HeldGigabyteSeconds), Sum(together, run => run.HeldGigabyteSeconds), 85));
        report.Add(BenchRow.Cost("    time to first token, p95 (mean of the half hours): shared", Mean(together, run => run.TtftMs.P95), "ms", Mean(apart, run => run.TtftMs.P95), "nothing shared", 1));
        report.Add(Saved("    whole cost saved by sharing, keep-alive 10 min both", Sum(apart, run => run.Cost), Sum(together, run => run.Cost), null));
        var saved = Share(Sum(apart, run => run.Cost), Sum(ours, run => run.Cost));
        report.Add(Saved("    whole cost saved, own plans against nothing shared and 10 min", Sum(apart, run => run.Cost), Sum(ours, run => run.Cost), 89));

        // Whoever serves a half hour computes at least what the system does that computes least there; memory that waits can be none at all.
        var least = Enumerable.Range(0, traces.Count).Sum(slice => new[] { together, ours, oracle }.Min(runs => runs[slice].Cost - runs[slice].CostIdle));
        report.Add(BenchRow.Rate("    of what sharing can save at most: no memory ever waits, and only the least computing is paid", saved, "%", Share(Sum(apart, run => run.Cost), least), "bound"));
        var known = Enumerable.Range(0, traces.Count).Sum(slice => new[] { together, ours, oracle }.Min(runs => CostReplay.LeastOf(runs[slice])));
        report.Add(BenchRow.Rate("    of the same where a backbone waits or is loaded again between calls, whichever is cheaper: who knows each call saves no more", saved, "%", Share(Sum(apart, run => run.Cost), known), "bound"));
        report.Add(Saved("    the same by one who knows each call and brings everything just in time", Sum(apart, run => run.Cost), Sum(oracle, run => run.Cost), null));
        AsProcessors(cluster, traces);
        Parts("nothing shared", apart, Sum(apart, run => run.Cost));
        Parts("shared, 10 min", together, Sum(apart, run => run.Cost));
        Parts("own plans", ours, Sum(apart, run => run.Cost));
        report.Add(BenchRow.Cost("    time to first token, p95: own plans", Mean(ours, run => run.TtftMs.P95), "ms", Mean(apart, run => run.TtftMs.P95), "nothing shared, 10 min", 1));
        report.Add(BenchRow.Limit("    calls that were counted; refused or never served by own plans: " + ours.Sum(run => run.Refused + run.Unserved), ours.Sum(run => run.Calls), ""));

        List<RunReport> Play(string system) => [.. replay.Play(system).Runs];
    }

    /// <summary>At the prices of a device that is a machine's own memory and processors, where memory that waits costs what memory that computes does (Controller:Prices' defaults).</summary>
    private void AsProcessors(ClusterSpec cluster, IReadOnlyList<Trace> traces)
    {
        var replay = new CostReplay(cluster with { Price = PriceSpec.Processors }, traces);
        report.Add(Saved(
            "    the same at the prices of processors and memory instead of a card's: own plans against nothing shared and 10 min", replay.Play("unshared-10min").Cost, replay.Play("lorafaas").Cost, null));
    }

    /// <summary>Of what nothing shared costs: memory that computes or loads, memory that waits, and the rest (processors, host memory, calls).</summary>
    private void Parts(string name, List<RunReport> runs, double whole) => report.Add(BenchRow.Limit(
        FormattableString.Invariant(
            $"    {name}: computing {100 * Sum(runs, run => run.CostActive) / whole:0.0}, waiting {100 * Sum(runs, run => run.CostIdle) / whole:0.0}, processors, host and calls {100 * Sum(runs, run => run.Cost - run.CostActive - run.CostIdle) / whole:0.0} % of what nothing shared costs; all"),
        100 * Sum(runs, run => run.Cost) / whole, "%"));

    private static Trace Read(string variation, int slice, Predicate<IReadOnlyList<int>>? fits) =>
        TraceSlices.Read(RepositoryRoot.Of("tests", "data", "traces"), variation, slice, Functions, backbones: 1, minutes: Minutes, lengths: TokenLengths.Brief, fits: fits);

    private static Trace ReadHeld(string variation, int slice, ColdTimes times) => Read(variation, slice, counts => IsAlwaysHeld(counts) && counts.Sum() <= MostCalls(times));

    /// <summary>Calls that the device can serve, and adapters of this backbone's sizes.</summary>
    private Trace Fit(Trace trace, ColdTimes times, double? most)
    {
        var sized = new Trace
        {
            Name = trace.Name, Arrival = trace.Arrival, Function = trace.Function, PromptTokens = trace.PromptTokens, OutputTokens = trace.OutputTokens, CountFrom = trace.CountFrom, Length = trace.Length,
            Functions = [.. trace.Functions.Select(function => function with { AdapterMegabytes = function.AdapterMegabytes * RankMegabytes / RankMegabytesOf7B })],
        };
        return most is { } load ? TraceThinning.Bound(sized, Minutes * 60, call => OwnMs(sized, call, times), load * Minutes * 60_000) : sized;
    }

    /// <summary>Of one rank on query, key and value in all layers, bf16, as the trace's adapters have them.</summary>
    private double RankMegabytes
    {
        get
        {
            var named = NamedShape.Of(shape);
            return named.Linear.Take(3).Sum(module => module.Inputs + module.Outputs) * named.Layers * 2 / 1e6;
        }
    }

    private static double OwnMs(Trace trace, int call, ColdTimes times) => times.Warm + (trace.OutputTokens[call] * times.Step);

    /// <summary>Of the counted time, the part that its calls would take one after another.</summary>
    private static double LoadOf(Trace trace, ColdTimes times)
    {
        var calls = Enumerable.Range(0, trace.Count).Where(call => trace.Arrival[call] >= trace.CountFrom);
        return calls.Sum(call => OwnMs(trace, call, times)) / (1_000 * (trace.Length - trace.CountFrom));
    }

    /// <summary>Of one function in a half hour: its part of the most load.</summary>
    private static double MostCalls(ColdTimes times) => MostLoad * Minutes * 60_000 / Functions / (times.Warm + (TokenLengths.Brief.OutputMean * times.Step));

    /// <summary>
    /// Never so long without a call that a keep-alive of ten minutes ends, wherever in their minutes the calls are: with eight such functions nothing shared means
    /// eight copies all of the time, which is what the target is about. Chosen by this alone, before anything is replayed.
    /// </summary>
    private static bool IsAlwaysHeld(IReadOnlyList<int> counts)
    {
        var without = 0;
        var longest = 0;

        foreach (var count in counts)
        {
            without = count > 0 ? 0 : without + 1;
            longest = Math.Max(longest, without);
        }

        return longest < KeepAliveMinutes - 1;
    }

    private static BenchRow Saved(string name, double before, double after, double? least)
    {
        var saved = Share(before, after);
        return BenchRow.Limit(name, saved, "%") with { Target = least is { } bound ? $"≥ {bound} %" : "", Met = least is { } target ? saved >= target : null };
    }

    private static double Share(double before, double after) => 100 * (1 - (after / before));

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
