using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// More trust domains than the device has room for. A few are called all the time; bursts of others, each called once, wash over them. The same calls at
/// the same instants with offloading by value density, with the sandbox idle longest leaving on demand, and with nobody leaving.
/// </summary>
internal sealed class BurstBench(ReportWriter report, string shape, int seconds)
{
    private const int Hot = 3;
    private const int Rare = 9;
    private const int Prompt = 16;
    private const int Tokens = 8;
    private const double HotEverySeconds = 0.5;
    private const double BurstEverySeconds = 5;

    /// <summary>A caller who has no first token by then has gone; the call counts as this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public async Task RunAsync()
    {
        var quantiles = new Dictionary<OffloadMode, double>();

        foreach (var mode in Enum.GetValues<OffloadMode>())
        {
            ReportWriter.Say($"offloading: {mode}");
            var calls = await RunAsync(mode);
            var times = calls.Select(call => call.Call.Problem is null ? call.Call.FirstTokenMs : Patience.TotalMilliseconds).ToList();
            quantiles[mode] = Interleaved.Quantile(times, 0.99);
            report.Add(BenchRow.Limit($"{mode}: time to first token, p99 of {times.Count} calls", quantiles[mode], "ms"));
            report.Add(BenchRow.Limit($"    {mode}: p50", Interleaved.Median(times), "ms"));
            report.Add(BenchRow.Limit($"    {mode}: p99 of the functions that are called all the time", Interleaved.Quantile(
                calls.Where(call => call.IsHot).Select(call => call.Call.Problem is null ? call.Call.FirstTokenMs : Patience.TotalMilliseconds), 0.99), "ms"));
            report.Add(BenchRow.Limit($"    {mode}: calls refused or given up", calls.Count(call => call.Call.Problem is not null), ""));
        }

        report.Add(BenchRow.Cost("p99 with offloading ÷ nobody leaves", quantiles[OffloadMode.Density], "ms", quantiles[OffloadMode.None], "nobody leaves", 1));
        report.Add(BenchRow.Cost("p99 with offloading ÷ idle longest leaves", quantiles[OffloadMode.Density], "ms", quantiles[OffloadMode.Oldest], "idle longest", 1));
    }

    private async Task<List<(bool IsHot, TimedCall Call)>> RunAsync(OffloadMode mode)
    {
        using var folder = new TempFolder();
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, models, [.. Enumerable.Range(0, Hot + Rare).Select(_ => 16)]);

        // Room for about six sandboxes of the twelve.
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, "--Worker:DeviceMemory", "96Mi", "--Worker:SandboxMemory", "64Mi", "--Worker:SandboxFirstMemory", "16Mi",
            "--Worker:Offloading", mode.ToString(), "--Worker:SandboxIdle", "00:00:20", "--Worker:Threads", "1", "--Worker:BlankSandboxes", "2");

        await worker.CallAsync(backbone, adapters[0], "hot-0", "f0", Prompt, 1);
        var begun = WorkerRun.Now;
        var calls = Schedule().Select(call => CallAsync(worker, backbone, adapters[call.Function], call.Function, begun + call.At)).ToList();
        return [.. await Task.WhenAll(calls)];
    }

    private static async Task<(bool IsHot, TimedCall Call)> CallAsync(WorkerRun worker, Digest backbone, (Digest, long) adapter, int function, double at)
    {
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, at - WorkerRun.Now)), TimeProvider.System);
        var domain = function < Hot ? $"hot-{function}" : $"rare-{function}";
        return (function < Hot, await worker.CallAsync(backbone, adapter, domain, $"f{function}", Prompt, Tokens, Patience));
    }

    /// <summary>The hot ones in turn, all the time; every few seconds three of the others at once.</summary>
    private IEnumerable<(double At, int Function)> Schedule()
    {
        for (double at = 0; at < seconds; at += HotEverySeconds)
        {
            yield return (at, (int)(at / HotEverySeconds) % Hot);
        }

        var rare = 0;

        for (double at = 2; at < seconds; at += BurstEverySeconds)
        {
            for (var i = 0; i < 3; i++)
            {
                yield return (at + (0.05 * i), Hot + (rare++ % Rare));
            }
        }
    }
}
