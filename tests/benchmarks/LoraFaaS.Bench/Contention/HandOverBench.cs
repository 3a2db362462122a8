using System.Globalization;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Bench.Contention;

/// <summary>
/// From one sandbox's last instruction of a step to the next one's first: processes that take turns at the worker's own arbiter, and beside
/// it what two processes take to pass one word. To one that spins: by the product's own turns of 2 ms, on a device that leaves one processor of the machine free. To parked ones: a device that
/// has them all, and turns of one step each. Spans are from the end of a turn to the beginning of another's.
/// </summary>
internal sealed class HandOverBench(ReportWriter report)
{
    private const int Steps = 4_000;

    /// <summary>Of the hand-overs, those at the beginning that are left out: the processes compile their code then, as in the raw ones.</summary>
    private const double Beginning = 0.1;

    /// <summary>Descriptors that children open by their numbers, for as long as this process lives.</summary>
    private static readonly System.Collections.Concurrent.ConcurrentBag<Microsoft.Win32.SafeHandles.SafeFileHandle> Shown = [];

    public async Task RunAsync()
    {
        ReportWriter.Say("raw hand-over");
        var spin = await RawHandOver.MeasureAsync(parks: false, 20_000);
        var futex = await RawHandOver.MeasureAsync(parks: true, 5_000);
        ReportWriter.Say("two processes that take turns");
        var spinning = await MeasureAsync(new WorkerOptions { Threads = Math.Max(1, Environment.ProcessorCount - 1), TurnLanes = 1 }, stepMicroseconds: 250, sandboxes: 2);
        var parked = await MeasureAsync(StepByStep, stepMicroseconds: 500, sandboxes: 2);
        var four = await MeasureAsync(StepByStep, stepMicroseconds: 500, sandboxes: 4);
        var tiny = await MeasureAsync(StepByStep, stepMicroseconds: 3, sandboxes: 2);

        report.Add(Row("hand-over to a spinning sandbox (a processor free, turns of 2 ms), p50", Quantile(spinning, 0.5), spin, "raw spin", 5));
        report.Add(Row("    p90", Quantile(spinning, 0.9), spin, "raw spin", null));
        report.Add(BenchRow.Limit("    within 5 µs", 100.0 * spinning.Count(handOver => handOver <= 5) / spinning.Count, "%"));
        report.Add(Row("hand-over to a parked sandbox (steps of 500 µs), p50", Quantile(parked, 0.5), futex, "raw futex", 40));
        report.Add(Row("    p90", Quantile(parked, 0.9), futex, "raw futex", null));
        report.Add(Row("hand-over among four sandboxes (steps of 500 µs), p50", Quantile(four, 0.5), futex, "raw futex", 40));
        report.Add(Row("steps of 3 µs, over before the next can be named, p50", Quantile(tiny, 0.5), futex, "raw futex", null));
    }

    private static WorkerOptions StepByStep => new() { TurnLanes = 1, TurnQuantum = TimeSpan.Zero };

    private static BenchRow Row(string name, double figure, double floor, string floorName, double? most)
    {
        var row = BenchRow.Limit(name, figure, "µs", most);
        return row with { Ceiling = floor, CeilingName = floorName, Fraction = floor / figure };
    }

    private static double Quantile(List<double> values, double share) => Interleaved.Quantile(values, share);

    /// <summary>Microseconds of each hand-over from one process to another.</summary>
    private static async Task<List<double>> MeasureAsync(WorkerOptions options, int stepMicroseconds, int sandboxes)
    {
        using var arbiter = new TurnArbiter(Options.Create(options), TimeProvider.System, NullLogger<TurnArbiter>.Instance);
        var children = new List<(ChildProcess Child, TurnMember Member)>();

        for (var i = 0; i < sandboxes; i++)
        {
            children.Add(await StartAsync(arbiter, $"ns-{i}", stepMicroseconds));
        }

        foreach (var (child, member) in children)
        {
            member.Joined();
            await child.SendLineAsync("go");
        }

        var spans = new List<(long Begun, long Ended, int Who)>();

        for (var who = 0; who < children.Count; who++)
        {
            var (child, member) = children[who];
            await child.WaitForLineAsync(line => line == "done");
            spans.AddRange(child.Output.Select(line => line.Split(' ')).Where(words => words.Length == 2)
                .Select(words => (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture), who)));
            child.CloseInput();
            await child.DisposeAsync();
            member.Dispose();
        }

        spans.Sort();
        var begun = spans.Skip((int)(Beginning * spans.Count)).ToList();
        return
        [
            .. begun.Zip(begun.Skip(1)).Where(pair => pair.First.Who != pair.Second.Who)
                .Select(pair => TimeSpan.FromTicks((pair.Second.Begun - pair.First.Ended) * TimeSpan.TicksPerSecond / System.Diagnostics.Stopwatch.Frequency).TotalMicroseconds),
        ];
    }

    private static async Task<(ChildProcess Child, TurnMember Member)> StartAsync(TurnArbiter arbiter, string owner, int stepMicroseconds)
    {
        ChildProcess? child = null;
        var member = arbiter.Join(owner, (slot, word) =>
        {
            var shown = word.Duplicate();
            Shown.Add(shown);
            _ = child?.SendLineAsync(string.Create(CultureInfo.InvariantCulture, $"{slot} {ForeignPage.Number(shown)}"));
            return child is not null;
        }) ?? throw new InvalidOperationException("This machine cannot take turns.");

        child = ChildProcess.StartDotnet(typeof(HandOverBench).Assembly.Location,
        [
            "stepper", "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            "--grant", ForeignPage.Number(member.GrantPage.Descriptor).ToString(CultureInfo.InvariantCulture),
            "--word", ForeignPage.Number(member.WordPage.Descriptor).ToString(CultureInfo.InvariantCulture),
            "--count", Steps.ToString(CultureInfo.InvariantCulture), "--step", stepMicroseconds.ToString(CultureInfo.InvariantCulture),
        ]);
        await child.WaitForLineAsync(line => line == "mapped");
        return (child, member);
    }
}
