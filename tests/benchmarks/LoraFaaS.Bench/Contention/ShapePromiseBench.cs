using System.Globalization;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Bench.Workers;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Contention;

/// <summary>
/// Four trust domains on one device, at the worker's door, on weights of a real size: two keep long answers in flight without pause and promise little, two are called now and then and
/// promise a first token in four times what it takes alone. How many promises break in turns, and without an arbiter, where sandboxes run as the kernel lets them,
/// first come first served. A refused call is a broken promise, and its caller comes again when he was told to. Both sides are given the same loads, both kinds of calls alike, beyond them too where first come, first served still keeps
/// enough; judged is the least load at which it breaks too many. Callers come one after the other over the first seconds of each stretch, which do not count: where all come at one
/// instant what no order of service can keep is a row of its own.
/// </summary>
/// <param name="rounds">Stretches in turns at the load that is judged, of which the worst counts: a promise that is kept now and then is none.</param>
internal sealed class ShapePromiseBench(ReportWriter report, string shape, double seconds, int rounds)
{
    private const int Width = 4, LongPrompt = 160, LongTokens = 48, ShortPrompt = 24, ShortTokens = 4;
    private const double CallsASecond = 2;
    private const double ShortTimes = 4, LongTimes = 10;
    private const double Enough = 30;

    /// <summary>A stretch before the others that is not counted: what is measured are promises, not a young worker.</summary>
    private const double Practice = 2;

    /// <summary>Of the least load, what both sides are given.</summary>
    private static readonly double[] Loads = [1, 1.5, 1.75, 2, 2.5];

    /// <summary>What first come, first served is given beyond, until it breaks enough promises for an arbiter to be worth something.</summary>
    private static readonly double[] Beyond = [3, 3.5, 4, 5, 6];

    /// <summary>Over which the callers of a stretch come.</summary>
    private static readonly TimeSpan Coming = TimeSpan.FromSeconds(3);

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var fifo = await MeasureAsync(folder.Path, "first come, without arbiter, all threads each", takeTurns: false, Environment.ProcessorCount, null, [.. Loads, .. Beyond], mayEnd: true);
        var judged = fifo.Outcomes.Find(outcome => outcome.Broken >= Enough) ?? fifo.Outcomes.MaxBy(outcome => outcome.Broken)!;
        double[] loads = [.. Loads.Append(judged.Load).Distinct(), .. Enumerable.Repeat(judged.Load, rounds - 1)];
        var turns = await MeasureAsync(folder.Path, "in turns", takeTurns: true, threads: 0, fifo, loads, mayEnd: false);
        var single = await MeasureAsync(folder.Path, "first come, without arbiter, one thread each", takeTurns: false, 1, fifo, [judged.Load], mayEnd: false);
        var at = turns.Outcomes.Where(outcome => outcome.Load == judged.Load).ToList();
        var worst = at.MaxBy(outcome => outcome.Broken)!;

        report.Add(BenchRow.Limit($"{shape}: time to first token alone, p50: short calls ({ShortPrompt} tokens)", fifo.ShortAlone, "ms"));
        report.Add(BenchRow.Limit($"    {shape}: long calls ({LongPrompt} tokens)", fifo.LongAlone, "ms"));

        foreach (var load in fifo.Outcomes.Select(outcome => outcome.Load))
        {
            var (ours, theirs) = (turns.Outcomes.Find(outcome => outcome.Load == load), fifo.Outcomes.Find(outcome => outcome.Load == load)!);

            if (ours is not null)
            {
                report.Add(Beside(theirs.Broken, BenchRow.Limit($"{shape}: promises broken at {load} × ({(int)(load * Width)} long calls in flight and {load * CallsASecond} short ones a second each), in turns", ours.Broken, "%")));
            }
        }

        report.Add(Beside(judged.Broken, BenchRow.Limit($"{shape}: promises broken of four sandboxes at {judged.Load} ×, in turns, most of {at.Count}", worst.Broken, "%")) with { Target = "≤ 10 where ≥ 30", Met = worst.Broken <= 10 && judged.Broken >= Enough });
        report.Add(BenchRow.Limit($"    in turns, all rounds: {string.Join(" ", at.Select(outcome => FormattableString.Invariant($"{outcome.Broken:0.0}")))} %, mean", at.Average(outcome => outcome.Broken), "%", 10));
        report.Add(Beside(fifo.AtOnce, BenchRow.Limit($"{shape}: {judged.Load} × at one instant, {(int)(judged.Load * Width) * 2} long calls and no other: promises broken, in turns", turns.AtOnce, "%")));
        report.Add(BenchRow.Limit("    what no order can keep of them, one computed after the other", 100 * Math.Max(0, 1 - (LongTimes / ((int)(judged.Load * Width) * 2))), "%"));
        Add(worst, judged);
        Add(judged, judged);
        Add(single.Outcomes[0], judged);
    }

    /// <summary>Without a fraction: either may break none.</summary>
    private static BenchRow Beside(double firstCome, BenchRow row) => row with { Ceiling = firstCome, CeilingName = "first come, without arbiter" };

    private void Add(PromiseOutcome one, PromiseOutcome beside)
    {
        report.Add(BenchRow.Limit($"    {one.Name}: all promises broken", one.Broken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: short calls' ({ShortTimes} × alone), of {one.Shorts.Calls}", one.Shorts.Broken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: long calls' ({LongTimes} × alone), of {one.Longs.Calls}", one.Longs.Broken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: time to first token of short calls, p50", one.ShortMedian, "ms"));
        report.Add(BenchRow.Limit($"    {one.Name}: the same, p90", one.ShortTail, "ms"));
        report.Add(BenchRow.Limit($"    {one.Name}: between tokens of long calls, p50", one.LongGap, "ms"));
        report.Add(BenchRow.Rate($"    {one.Name}: tokens, all four", one.TokensASecond, "tok/s", beside.TokensASecond, "first come, without arbiter"));
    }

    /// <summary>A stretch for each load.</summary>
    /// <param name="mayEnd">Beyond the loads that both sides are given it goes no further than until enough promises break.</param>
    private async Task<Side> MeasureAsync(string data, string name, bool takeTurns, int threads, Side? promised, IReadOnlyList<double> loads, bool mayEnd)
    {
        ReportWriter.Say($"{shape}: {name}");
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(data, models, [16, 16, 16, 16]);
        await using var worker = await WorkerRun.StartAsync(
            data, "--Worker:DeviceMemory", "2Gi", "--Worker:HostMemory", "8Gi", "--Worker:SandboxFirstMemory", "256Mi", "--Worker:BlankSandboxes", "1",
            "--Worker:TakeTurns", takeTurns ? "true" : "false", "--Worker:Threads", threads.ToString(CultureInfo.InvariantCulture));
        List<DoorTenant> longs = [.. Enumerable.Range(0, 2).Select(i => new DoorTenant(worker, backbone, adapters[i], $"long-{i}", LongPrompt, LongTokens))];
        List<DoorTenant> shorts = [.. Enumerable.Range(0, 2).Select(i => new DoorTenant(worker, backbone, adapters[2 + i], $"short-{i}", ShortPrompt, ShortTokens))];

        foreach (var tenant in longs.Concat(shorts))
        {
            // The sandbox is there, and its code is warm.
            for (var i = 0; i < 12; i++)
            {
                await tenant.CallAsync();
            }
        }

        // All sides keep the same promises: those of four times, ten times, what a call takes alone where sandboxes have all threads.
        var side = promised is { } other ? new Side(other.ShortAlone, other.LongAlone) : new Side(Alone(shorts), Alone(longs));

        // Both sides know by then what steps take beside others, and have compiled what they need for that.
        await RunAsync(name, Practice, side, longs, shorts);

        foreach (var load in loads)
        {
            if (mayEnd && load > Loads[^1] && side.Outcomes.Exists(outcome => outcome.Broken >= Enough))
            {
                break;
            }

            side.Outcomes.Add(await RunAsync(name, load, side, longs, shorts));
        }

        var judged = promised?.Outcomes.Find(outcome => outcome.Broken >= Enough) ?? side.Outcomes.Find(outcome => outcome.Broken >= Enough) ?? side.Outcomes.MaxBy(outcome => outcome.Broken)!;
        longs.ForEach(tenant => Begin(tenant, LongTimes * side.LongAlone));
        await Task.WhenAll(longs.Select(tenant => tenant.CallAtOnceAsync((int)(judged.Load * Width))));
        side.AtOnce = 100.0 * longs.Sum(tenant => tenant.Calls.Count(tenant.IsBroken)) / longs.Sum(tenant => tenant.Calls.Count);
        return side;
    }

    private async Task<PromiseOutcome> RunAsync(string name, double load, Side side, List<DoorTenant> longs, List<DoorTenant> shorts)
    {
        longs.ForEach(tenant => Begin(tenant, LongTimes * side.LongAlone));
        shorts.ForEach(tenant => Begin(tenant, ShortTimes * side.ShortAlone));
        using var stop = new CancellationTokenSource(Coming + TimeSpan.FromSeconds(seconds));
        var begun = WorkerRun.Now;
        var seed = 10 * side.Outcomes.Count;
        await Task.WhenAll(
        [
            .. longs.Select(tenant => tenant.PressAsync((int)(load * Width), Coming, stop.Token)),
            .. shorts.Select((tenant, i) => tenant.ComeAsync(load * CallsASecond, seed + i + 1, stop.Token)),
        ]);
        var outcome = PromiseOutcome.Of(name, load, longs, shorts, begun + Coming.TotalSeconds);
        ReportWriter.Say(FormattableString.Invariant(
            $"    {load} ×: {outcome.Broken:0.0} % of {outcome.Shorts.Calls} short and {outcome.Longs.Calls} long calls, first token of short ones p50 {outcome.ShortMedian:0}, p90 {outcome.ShortTail:0} ms; broken by second, the first {Coming.TotalSeconds} not counted: short {PromiseOutcome.BySecond(shorts, begun)}; long {PromiseOutcome.BySecond(longs, begun)}"));
        return outcome;
    }

    private static double Alone(List<DoorTenant> tenants) =>
        Interleaved.Median(tenants.SelectMany(tenant => tenant.Calls.Skip(4)).Select(call => call.Problem is null ? call.FirstTokenMs : throw new InvalidOperationException(call.Problem)));

    private static void Begin(DoorTenant tenant, double milliseconds)
    {
        tenant.Forget();
        tenant.Promise = new CallPromise(TimeSpan.FromMilliseconds(Math.Ceiling(milliseconds)));
    }

    /// <summary>With turns, or without: what calls take alone, each stretch, and the long calls that came at one instant.</summary>
    private sealed record Side(double ShortAlone, double LongAlone)
    {
        public List<PromiseOutcome> Outcomes { get; } = [];

        /// <summary>Percent broken.</summary>
        public double AtOnce { get; set; }
    }
}
