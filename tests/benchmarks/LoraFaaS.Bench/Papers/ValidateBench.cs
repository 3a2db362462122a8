using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.SystemTests.Validation;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Papers;

/// <summary>
/// A slice of each class, compressed to 16 s, on the real platform and in the simulator, which is told the times of calls made just before and just after. Target: mean
/// time to first token and rate of cold starts within 15 % of each other.
/// </summary>
internal sealed class ValidateBench(ReportWriter report, int rounds)
{
    private const double KeepAlive = 1.5;
    private const double Within = 0.15;

    /// <summary>Before anything is measured: the hosts' hot paths are compiled anew with what their first thousands of calls showed.</summary>
    private const int WarmUpCalls = 1_500;

    private const int WarmCalls = 5;

    /// <summary>Adapters come and go by the keep-alive alone.</summary>
    private static readonly Dictionary<string, string?> Unplanned = new(StringComparer.Ordinal) { ["Controller__Planning__Enabled"] = "false" };

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        ReportWriter.Say("deploying the demo");
        await PlatformRun.PrepareAsync(folder.Path);
        await using var platform = await PlatformRun.StartAsync(folder.Path, Unplanned);
        var client = new ReplayClient(platform.Http, ColdStartBench.Prompts());

        ReportWriter.Say("warming up");

        for (var call = 0; call < WarmUpCalls; call++)
        {
            await client.CallAsync(call % client.Functions);
        }

        var tokens = (await MachineTimings.MeasureAsync(client, rounds: 1)).Tokens;

        foreach (var name in TraceSlices.Classes)
        {
            var replay = SliceReplay.Of(RepositoryRoot.Of("tests", "data", "traces"), name, 0, tokens, KeepAlive);
            ReportWriter.Say($"{name}: {replay.Trace.Count} calls");

            // Calls alone, as far apart as the slice's: what a call takes depends on the rest before it.
            var before = await MachineTimings.MeasureAsync(client, rounds, WarmCalls, replay.Rests);
            var real = await replay.PlayAsync(client);
            var after = await MachineTimings.MeasureAsync(client, rounds, WarmCalls, replay.Rests);
            var timings = MachineTimings.Between(before, after);
            var simulated = replay.Simulated(timings);
            var times = real.Select(call => call.FirstTokenMs).ToArray();
            Compare($"{name}, {real.Count} calls: warm ones, mean, calibrated", timings.WarmMs, real.Where(call => call.WasWarm).Average(call => call.FirstTokenMs), "ms", asked: false);
            Compare($"{name}: woken ones, mean, calibrated", timings.ColdMs, real.Where(call => !call.WasWarm).Average(call => call.FirstTokenMs), "ms", asked: false);
            Compare($"{name}: time to first token, mean", simulated.TtftMs.Mean, times.Average(), "ms", asked: true);
            Compare($"{name}: time to first token, p50", simulated.TtftMs.P50, Interleaved.Median(times), "ms", asked: false);
            Compare($"{name}: cold starts", 100 * simulated.ColdAdapter, 100.0 * real.Count(call => !call.WasWarm) / real.Count, "%", asked: true);
        }
    }

    private void Compare(string name, double simulated, double real, string unit, bool asked)
    {
        var off = Math.Abs((simulated / real) - 1);
        report.Add(new BenchRow
        {
            Case = asked || !name.EndsWith("calibrated", StringComparison.Ordinal) ? name + ", simulated" : name, Figure = simulated, Unit = unit, Ceiling = real, CeilingName = "real", Fraction = simulated / real, Target = asked ? "within 15 %" : "", Met = asked ? off <= Within : null,
        });
    }
}
