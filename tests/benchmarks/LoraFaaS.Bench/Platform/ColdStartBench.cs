using System.Text.Json;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Platform;

/// <summary>
/// Time to first token through the whole platform. The demo's functions are deployed, the platform is started anew over the same data, so
/// that every adapter is on the worker's disk and nothing in memory; then each function is called once cold and several times warm.
/// </summary>
internal sealed class ColdStartBench(ReportWriter report, int rounds)
{
    private const int WarmCalls = 5;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var prompts = Prompts();
        ReportWriter.Say("deploying the demo");
        await PlatformRun.PrepareAsync(folder.Path);
        var first = new List<ColdCall>();
        var warm = new List<ColdCall>();

        for (var round = 0; round < rounds; round++)
        {
            ReportWriter.Say($"start {round + 1} of {rounds}");
            await using var platform = await PlatformRun.StartAsync(folder.Path);

            // Another function first in each round: the first one of all pays for the sandbox.
            foreach (var (function, text) in prompts.Skip(round % prompts.Count).Concat(prompts.Take(round % prompts.Count)))
            {
                first.Add(await platform.CallAsync(function, text));
            }

            foreach (var (function, text) in prompts)
            {
                for (var i = 0; i < WarmCalls; i++)
                {
                    warm.Add(await platform.CallAsync(function, text));
                }
            }
        }

        var floor = Median(warm, call => call.FirstTokenMs);
        report.Add(BenchRow.Limit($"warm: time to first token, p50 of {warm.Count} calls", floor, "ms"));
        Add("nothing in memory: sandbox and adapter are made ready", first.Where(call => !call.SandboxWarm).ToList(), floor);
        foreach (var tier in first.Where(call => call.SandboxWarm).GroupBy(call => call.AdapterTier))
        {
            Add($"first call, sandbox warm, adapter at {tier.Key}", [.. tier], floor);
        }
    }

    private void Add(string name, List<ColdCall> calls, double floor)
    {
        if (calls.Count == 0)
        {
            return;
        }

        report.Add(BenchRow.Cost($"{name}: time to first token, p50 of {calls.Count}", Median(calls, call => call.FirstTokenMs), "ms", floor, "warm"));
        foreach (var stage in ColdCall.Stages)
        {
            report.Add(BenchRow.Limit($"    of it {stage}", Median(calls, call => call.Stage(stage)), "ms"));
        }
    }

    private static double Median(List<ColdCall> calls, Func<ColdCall, double> of) => Interleaved.Median(calls.Select(of));

    /// <summary>The first case of each demo function's evaluation set.</summary>
    private static List<(string Function, string Text)> Prompts() =>
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Of("deploy", "demo", "eval"), "*.jsonl").Order(StringComparer.Ordinal).Select(path =>
        {
            using var line = JsonDocument.Parse(File.ReadLines(path).First());
            return (Path.GetFileNameWithoutExtension(path), line.RootElement.EnumerateObject().First().Value.GetString()!);
        }),
    ];
}
