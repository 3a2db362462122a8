using System.Text.Json;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Platform;

/// <summary>
/// Time to first token through the whole platform. The demo's functions are deployed and scaled to zero, and the platform is started anew
/// over the same data, so that every adapter is on the worker's disk and nothing in memory.
/// </summary>
internal sealed class ColdStartBench(ReportWriter report, int rounds)
{
    private const int WarmCalls = 5;

    /// <summary>The machine as this run measured it, for <c>lorafaas simulate --cluster</c>.</summary>
    public ClusterSpec? Measured { get; private set; }

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var prompts = Prompts();
        ReportWriter.Say("deploying the demo");
        await PlatformRun.PrepareAsync(folder.Path);
        var fresh = new List<ColdCall>();
        var asleep = new List<ColdCall>();
        var warm = new List<ColdCall>();

        await RoundAsync(folder.Path, prompts, [], [], []);

        for (var round = 0; round < rounds; round++)
        {
            ReportWriter.Say($"start {round + 1} of {rounds}");

            // Another function first in each round: whichever is first pays for the sandbox.
            var turned = prompts.Skip(round % prompts.Count).Concat(prompts.Take(round % prompts.Count)).ToList();
            await RoundAsync(folder.Path, turned, fresh, warm, asleep);
        }

        var floor = Median(warm, call => call.FirstTokenMs);
        report.Add(BenchRow.Limit($"warm: time to first token, p50 of {warm.Count} calls", floor, "ms"));
        var starts = fresh.Where((_, call) => call % prompts.Count == 0).ToList();
        Add("first call of all: sandbox, backbone and adapter", starts, floor);
        Add("first call after a start, adapter on disk", [.. fresh.Except(starts)], floor);
        Add("woken from zero, adapter on disk, sandbox there", asleep, floor);
        Measured = ClusterOf(starts, asleep, floor);
    }

    /// <summary>Each function cold, then warm, then asleep again (scaled to zero) and woken in the sandbox that is there; in the end all asleep, also for the next start.</summary>
    private static async Task RoundAsync(string data, List<(string Function, string Text)> prompts, List<ColdCall> fresh, List<ColdCall> warm, List<ColdCall> asleep)
    {
        await using var platform = await PlatformRun.StartAsync(data);
        await CallAllAsync(platform, prompts, fresh);
        for (var i = 0; i < WarmCalls; i++)
        {
            await CallAllAsync(platform, prompts, warm);
        }

        await SleepAsync(platform, prompts);
        await CallAllAsync(platform, prompts, asleep);
        await SleepAsync(platform, prompts);
    }

    private static async Task CallAllAsync(PlatformRun platform, List<(string Function, string Text)> prompts, List<ColdCall> calls)
    {
        foreach (var (function, text) in prompts)
        {
            calls.Add(await platform.CallAsync(function, text));
        }
    }

    private static async Task SleepAsync(PlatformRun platform, List<(string Function, string Text)> prompts)
    {
        foreach (var (function, _) in prompts)
        {
            await platform.ScaleAsync(function, 0);
        }
    }

    private void Add(string name, List<ColdCall> calls, double floor)
    {
        report.Add(BenchRow.Cost($"{name}: time to first token, p50 of {calls.Count}", Median(calls, call => call.FirstTokenMs), "ms", floor, "warm"));
        Share("    the account's stages, of it", calls, call => call.FirstTokenMs);
        Share("    the account's stages, of the time from the caller's socket's send to the token's arrival there", calls, call => call.SocketMs);
        foreach (var stage in ColdCall.Stages)
        {
            if (Median(calls, call => call.Stage(stage)) is > 0 and var part)
            {
                report.Add(BenchRow.Limit($"    in the account: {stage}", part, "ms"));
            }
        }
    }

    private void Share(string name, List<ColdCall> calls, Func<ColdCall, double> measured)
    {
        var shares = calls.Select(call => 100 * call.AccountedMs / measured(call)).ToList();
        report.Add(BenchRow.Limit($"{name}, p50", Interleaved.Median(shares), "%"));
        report.Add(BenchRow.Limit($"{name}, smallest; largest is {shares.Max():0.0}", shares.Min(), "%"));
    }

    private static ClusterSpec ClusterOf(List<ColdCall> starts, List<ColdCall> asleep, double warmMs)
    {
        var load = Median(starts, call => call.Stage("map"));

        return ClusterPresets.ThisMachine with
        {
            Name = "measured", WarmMs = Median(starts, call => call.Stage("activation") + call.Stage("sandbox")), LibrariesMs = 0, KernelsMs = Median(starts, call => call.Stage("kernels")),
            AttachMs = Math.Max(0, Median(asleep, call => call.FirstTokenMs) - warmMs),
            Backbones = [ClusterPresets.ThisMachine.Backbones[0] with { PrefillMs = warmMs, LoadMs = load, FastLoadMs = load }],
        };
    }

    private static double Median(List<ColdCall> calls, Func<ColdCall, double> of) => Interleaved.Median(calls.Select(of));

    /// <summary>The first case of each demo function's evaluation set.</summary>
    internal static List<(string Function, string Text)> Prompts() =>
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Of("deploy", "demo", "eval"), "*.jsonl").Order(StringComparer.Ordinal).Select(path =>
        {
            using var line = JsonDocument.Parse(File.ReadLines(path).First());
            return (Path.GetFileNameWithoutExtension(path), line.RootElement.EnumerateObject().First().Value.GetString()!);
        }),
    ];
}
