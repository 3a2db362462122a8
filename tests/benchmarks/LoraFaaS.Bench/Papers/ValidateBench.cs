using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.SystemTests.Validation;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Papers;

/// <summary>
/// A slice of each class, compressed to 16 s and played several times, on the real platform and in the simulator, which is told the times of calls made before, between and after.
/// Target: mean time to first token and rate of cold starts within 15 % of each other.
/// </summary>
internal sealed class ValidateBench(ReportWriter report, IReadOnlyList<string> classes, int plays)
{
    private const double KeepAlive = 1.5;
    private const double Within = 0.15;

    /// <summary>Before anything is measured: the hosts' hot paths are compiled anew with what their first thousands of calls showed.</summary>
    private const int WarmUpCalls = 1_500;

    /// <summary>Calls that are said one by one, with their own account.</summary>
    private const int Slowest = 4;

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

        var first = new CalibrationCalls(client, [TimeSpan.Zero], [.. Enumerable.Range(0, client.Functions)]);
        await first.AddRoundAsync();

        foreach (var name in classes)
        {
            await PlayAsync(name, SliceReplay.Of(RepositoryRoot.Of("tests", "data", "traces"), name, 0, first.Tokens, KeepAlive), client);
        }
    }

    private async Task PlayAsync(string name, SliceReplay replay, ReplayClient client)
    {
        ReportWriter.Say($"{name}: {replay.Trace.Count} calls");

        // Calls alone, as far apart as the slice's and to its functions as often: what a call takes depends on the rest before it and on its prompt.
        var calibration = new CalibrationCalls(client, replay.Rests, replay.Called);
        var runs = new List<IReadOnlyList<PlayedCall>>();
        await calibration.AddRoundAsync();

        for (var play = 0; play < plays; play++)
        {
            runs.Add(await replay.PlayAsync(client));
            await calibration.AddRoundAsync();
        }

        var told = MachineTimings.Of(calibration);
        ReportWriter.Say($"{name}: the simulator is told {told}");
        PlayedTimes[] calls = [.. runs.SelectMany(played => played.Zip(replay.FirstTokens(told, played), (call, simulated) => new PlayedTimes(call, simulated, played.Any(other => other.IsBeside(call)))))];

        foreach (var slow in calls.OrderByDescending(call => call.RealMs).Take(Slowest))
        {
            ReportWriter.Say(FormattableString.Invariant($"{name}: slow: {slow.RealMs:0.0} ms at {slow.Played.SentAt:0.00} s, simulated {slow.SimulatedMs:0.0}: {slow.Played.Call.Account}"));
        }

        foreach (var (kind, woken, beside) in new[] { ("warm, alone", false, false), ("warm, beside others", false, true), ("woken, alone", true, false), ("woken, beside others", true, true) })
        {
            var some = calls.Where(call => call.Played.Call.WasWarm != woken && call.IsBeside == beside).ToArray();

            if (some.Length > 0)
            {
                Compare($"{name}: {some.Length} calls {kind}, mean", some.Average(call => call.SimulatedMs), some.Average(call => call.RealMs), "ms", asked: false);
            }
        }

        Compare($"{name}, {plays} × {replay.Trace.Count} calls: time to first token, mean", calls.Average(call => call.SimulatedMs), calls.Average(call => call.RealMs), "ms", asked: true);
        Compare($"{name}: time to first token, p50", Interleaved.Median(calls.Select(call => call.SimulatedMs)), Interleaved.Median(calls.Select(call => call.RealMs)), "ms", asked: false);
        Compare($"{name}: cold starts", 100 * replay.Simulated(told).ColdAdapter, 100.0 * calls.Count(call => !call.Played.Call.WasWarm) / calls.Length, "%", asked: true);
    }

    private void Compare(string name, double simulated, double real, string unit, bool asked)
    {
        var off = Math.Abs((simulated / real) - 1);
        report.Add(new BenchRow
        {
            Case = name + ", simulated", Figure = simulated, Unit = unit, Ceiling = real, CeilingName = "real", Fraction = simulated / real, Target = asked ? "within 15 %" : "", Met = asked ? off <= Within : null,
        });
    }
}
