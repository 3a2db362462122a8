using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Workers;

/// <summary>Sequences run; beside them 50 adapters come from disk into the same sandbox. Their time between tokens, against a stretch without loads in the same run.</summary>
internal sealed class LoadsBench(ReportWriter report, string shape)
{
    private const int Loads = 50;
    private const int Running = 2;
    private const int Prompt = 16;

    /// <summary>As it is set up, and with loads that give way to nobody.</summary>
    public async Task RunAsync()
    {
        await RunAsync("", []);
        await RunAsync(", LoadNice 0", ["--Worker:LoadNice", "0"]);
    }

    private async Task RunAsync(string name, string[] options)
    {
        using var folder = new TempFolder();
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, models, [.. Enumerable.Range(0, Loads).Select(number => number % 2 == 0 ? 8 : 16)]);
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, ["--Worker:DeviceMemory", "2Gi", "--Worker:SandboxMemory", "1Gi", "--Worker:SandboxFirstMemory", "256Mi", .. options]);
        await worker.CallAsync(backbone, null, "bench", "base", Prompt, 8);

        // Long enough for a quiet stretch before the loads and after them.
        var running = Enumerable.Range(0, Running).Select(_ => worker.CallAsync(backbone, null, "bench", "base", Prompt, 1_400)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        var begun = WorkerRun.Now;

        foreach (var (adapter, number) in adapters.Select((adapter, number) => (adapter, number)))
        {
            // Refused once its adapter is there: the load is what is measured, and no step of its own beside the others'.
            await worker.LoadAsync(backbone, adapter, "bench", $"f{number}");
        }

        var ended = WorkerRun.Now;

        // Calls of a token each with nothing left to load: what one more step in between costs.
        foreach (var (adapter, number) in adapters.Select((adapter, number) => (adapter, number)))
        {
            await worker.CallAsync(backbone, adapter, "bench", $"f{number}", 1, 1);
        }

        var again = WorkerRun.Now;
        var calls = await Task.WhenAll(running);
        var quiet = calls.SelectMany(call => Gaps(call, call.TokensAt[0] + 0.5, begun)).ToList();
        var loaded = calls.SelectMany(call => Gaps(call, begun, ended)).ToList();
        var called = calls.SelectMany(call => Gaps(call, ended, again)).ToList();
        var (calm, busy) = (quiet.Average(), loaded.Average());
        report.Add(BenchRow.Cost($"{shape}: time between tokens of {Running} during {Loads} adapter loads, mean{name}", busy, "ms", calm, "undisturbed", 1.15));
        report.Add(BenchRow.Cost($"    {shape}: the same, p99{name}", Interleaved.Quantile(loaded, 0.99), "ms", Interleaved.Quantile(quiet, 0.99), "undisturbed"));
        report.Add(BenchRow.Cost($"    {shape}: the same beside {Loads} calls of one token, with nothing to load, mean{name}", called.Average(), "ms", calm, "undisturbed"));
        report.Add(BenchRow.Limit($"    {shape}: {Loads} loads took{name}", ended - begun, "s"));
        report.Add(BenchRow.Limit($"    {shape}: the calls took{name}", again - ended, "s"));
        report.Add(BenchRow.Limit($"    {shape}: adapters' bytes", adapters.Sum(adapter => adapter.Bytes) / (double)(1 << 20), "MiB"));
    }

    private static IEnumerable<double> Gaps(TimedCall call, double from, double to) =>
        call.TokensAt.Zip(call.TokensAt.Skip(1)).Where(pair => pair.First >= from && pair.Second <= to).Select(pair => 1_000 * (pair.Second - pair.First));
}
