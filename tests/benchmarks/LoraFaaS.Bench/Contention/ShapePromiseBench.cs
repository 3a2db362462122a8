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
/// first come first served. A refused call is a broken promise. Without an arbiter the load is raised, both kinds of calls alike, until enough promises break;
/// turns are taken under that load.
/// </summary>
/// <param name="rounds">Stretches of load in turns, of which the worst is judged: a promise that is kept now and then is none.</param>
internal sealed class ShapePromiseBench(ReportWriter report, string shape, double seconds, int rounds)
{
    private const int Width = 4, LongPrompt = 160, LongTokens = 48, ShortPrompt = 24, ShortTokens = 4;
    private const double CallsASecond = 2;
    private const double ShortTimes = 4, LongTimes = 10;

    /// <summary>Of the least load, what first come, first served is given until it breaks enough promises for an arbiter to be worth something.</summary>
    private static readonly double[] Loads = [1.5, 1.75, 2, 2.5, 3];

    private const double Enough = 30;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var sweep = await MeasureAsync(folder.Path, "without arbiter, all threads each", takeTurns: false, Environment.ProcessorCount, null, Loads, outcome => outcome.Broken >= Enough);
        var beside = sweep[^1];
        double[] load = [.. Enumerable.Repeat(beside.Load, rounds)];
        var all = await MeasureAsync(folder.Path, "in turns", takeTurns: true, threads: 0, beside, load, _ => false);
        var turns = all.MaxBy(outcome => outcome.Broken)!;
        var single = (await MeasureAsync(folder.Path, "without arbiter, one thread each", takeTurns: false, 1, beside, [beside.Load], _ => true))[0];

        report.Add(BenchRow.Limit($"{shape}: time to first token alone, p50: short calls ({ShortPrompt} tokens)", turns.ShortAlone, "ms"));
        report.Add(BenchRow.Limit($"    {shape}: long calls ({LongPrompt} tokens)", turns.LongAlone, "ms"));

        foreach (var tried in sweep)
        {
            report.Add(BenchRow.Limit($"{shape}: promises broken first come, without arbiter, at {tried.Load} × {Width} calls in flight each and {CallsASecond} a second each", tried.Broken, "%"));
        }

        report.Add(BenchRow.Cost($"{shape}: promises broken of four sandboxes at {beside.Load} ×, in turns, most of {rounds}", turns.Broken, "%", beside.Broken, "first come, without arbiter") with { Target = "≤ 10 where ≥ 30", Met = turns.Broken <= 10 && beside.Broken >= Enough });
        report.Add(BenchRow.Limit($"    in turns, all rounds: {string.Join(" ", all.Select(outcome => FormattableString.Invariant($"{outcome.Broken:0.0}")))} %, mean", all.Average(outcome => outcome.Broken), "%", 10));
        Add(turns, beside);
        Add(beside, beside);
        Add(single, beside);
    }

    private void Add(Outcome one, Outcome beside)
    {
        report.Add(BenchRow.Limit($"    {one.Name}: all promises broken", one.Broken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: short calls' ({ShortTimes} × alone), of {one.ShortCalls}", one.ShortBroken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: long calls' ({LongTimes} × alone), of {one.LongCalls}", one.LongBroken, "%"));
        report.Add(BenchRow.Limit($"    {one.Name}: time to first token of short calls, p50", one.ShortMedian, "ms"));
        report.Add(BenchRow.Limit($"    {one.Name}: the same, p90", one.ShortTail, "ms"));
        report.Add(BenchRow.Limit($"    {one.Name}: between tokens of long calls, p50", one.LongGap, "ms"));
        report.Add(BenchRow.Rate($"    {one.Name}: tokens, all four", one.TokensASecond, "tok/s", beside.TokensASecond, "first come, without arbiter"));
    }

    /// <summary>A stretch for each load, until one of them is what is looked for.</summary>
    private async Task<List<Outcome>> MeasureAsync(string data, string name, bool takeTurns, int threads, Outcome? promised, IReadOnlyList<double> loads, Predicate<Outcome> isEnough)
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

        // Both ways keep the same promises: those of four times, ten times, what a call takes alone where sandboxes have all threads.
        var (shortAlone, longAlone) = (promised?.ShortAlone ?? Alone(shorts), promised?.LongAlone ?? Alone(longs));
        var outcomes = new List<Outcome>();

        foreach (var load in loads)
        {
            longs.ForEach(tenant => Begin(tenant, LongTimes * longAlone));
            shorts.ForEach(tenant => Begin(tenant, ShortTimes * shortAlone));
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            var begun = WorkerRun.Now;
            var seed = 10 * outcomes.Count;
            await Task.WhenAll(
            [
                .. longs.Select(tenant => tenant.PressAsync((int)Math.Round(load * Width), stop.Token)),
                .. shorts.Select((tenant, i) => tenant.ComeAsync(load * CallsASecond, seed + i + 1, stop.Token)),
            ]);
            outcomes.Add(Outcome.Of(name, load, longs, shorts, shortAlone, longAlone, WorkerRun.Now - begun));

            if (isEnough(outcomes[^1]))
            {
                break;
            }
        }

        return outcomes;
    }

    private static double Alone(List<DoorTenant> tenants) =>
        Interleaved.Median(tenants.SelectMany(tenant => tenant.Calls.Skip(4)).Select(call => call.Problem is null ? call.FirstTokenMs : throw new InvalidOperationException(call.Problem)));

    private static void Begin(DoorTenant tenant, double milliseconds)
    {
        tenant.Forget();
        tenant.Promise = new CallPromise(TimeSpan.FromMilliseconds(Math.Ceiling(milliseconds)));
    }

    private sealed record Outcome(
        string Name, double Load, double ShortAlone, double LongAlone, int ShortCalls, int LongCalls, double ShortBroken, double LongBroken, double ShortMedian, double ShortTail, double LongGap, double TokensASecond)
    {
        /// <summary>Percent of all calls that had a promise.</summary>
        public double Broken => ((ShortBroken * ShortCalls) + (LongBroken * LongCalls)) / (ShortCalls + LongCalls);

        public static Outcome Of(string name, double load, List<DoorTenant> longs, List<DoorTenant> shorts, double shortAlone, double longAlone, double took) => new(
            name,
            load,
            shortAlone,
            longAlone,
            shorts.Sum(tenant => tenant.Calls.Count),
            longs.Sum(tenant => tenant.Calls.Count),
            100.0 * shorts.Sum(tenant => tenant.Broken) / shorts.Sum(tenant => tenant.Calls.Count),
            100.0 * longs.Sum(tenant => tenant.Broken) / longs.Sum(tenant => tenant.Calls.Count),
            shorts.Average(tenant => tenant.FirstTokenMs(0.5)),
            shorts.Average(tenant => tenant.FirstTokenMs(0.9)),
            longs.Average(tenant => tenant.BetweenTokensMs),
            longs.Concat(shorts).Sum(tenant => tenant.Calls.Sum(call => call.TokensAt.Count)) / took);
    }
}
