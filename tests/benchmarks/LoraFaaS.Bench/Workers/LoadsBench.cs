using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// Sequences run, one after another on each of a few streams; beside them adapters come from disk into the same sandbox. The time between their tokens, against stretches
/// without loads that lie between those with them. A worker's first loads, for which it compiles its code, are a row of their own.
/// </summary>
internal sealed class LoadsBench(ReportWriter report, string shape, int? nice)
{
    private const int Loads = 50;
    private const int Stretches = 5;
    private const int Running = 2;
    private const int Prompt = 16;

    /// <summary>Tokens of one sequence: few enough that the reading of its own keys stays a small part of a step.</summary>
    private const int Tokens = 300;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1.5);

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var models = new SyntheticModels(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, models, [.. Enumerable.Range(0, 2 * Loads).Select(number => number % 2 == 0 ? 8 : 16)]);
        string[] options = nice is { } value ? ["--Worker:LoadNice", $"{value}"] : [];
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, ["--Worker:DeviceMemory", "3Gi", "--Worker:SandboxMemory", "2Gi", "--Worker:SandboxFirstMemory", "256Mi", .. options]);
        await worker.CallAsync(backbone, null, "bench", "base", Prompt, 8);

        using var enough = new CancellationTokenSource();
        var running = Enumerable.Range(0, Running).Select(_ => StreamAsync(worker, backbone, enough.Token)).ToList();
        var phases = await PlayAsync(worker, backbone, adapters);
        await enough.CancelAsync();
        var calls = (await Task.WhenAll(running)).SelectMany(call => call).ToList();
        Report(phases, calls, adapters.Skip(Loads).Sum(adapter => adapter.Bytes));
    }

    /// <summary>The first loads of all, then quiet stretches and loads by turns, then calls with nothing left to load.</summary>
    private static async Task<LoadPhases> PlayAsync(WorkerRun worker, Digest backbone, IReadOnlyList<(Digest Digest, long Bytes)> adapters)
    {
        var phases = new LoadPhases();
        await phases.Quiet.WaitAsync(Quiet);
        phases.First.Compiled += await CompiledAsync(worker, () => phases.First.PlayAsync(() => LoadAsync(worker, backbone, adapters, 0, Loads)));

        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var from = Loads + (stretch * Loads / Stretches);
            await phases.Quiet.WaitAsync(Quiet);
            phases.Loads.Compiled += await CompiledAsync(worker, () => phases.Loads.PlayAsync(() => LoadAsync(worker, backbone, adapters, from, Loads / Stretches)));
        }

        await phases.Quiet.WaitAsync(Quiet);
        phases.Calls.Compiled += await CompiledAsync(worker, () => phases.Calls.PlayAsync(async () =>
        {
            for (var number = Loads; number < 2 * Loads; number++)
            {
                await worker.CallAsync(backbone, adapters[number], "bench", $"f{number}", 1, 1);
            }
        }));
        return phases;
    }

    /// <summary>Methods that the worker compiled meanwhile.</summary>
    private static async Task<double> CompiledAsync(WorkerRun worker, Func<Task> phase)
    {
        var before = await worker.CompiledAsync();
        await phase();
        return (await worker.CompiledAsync()).Methods - before.Methods;
    }

    private static async Task LoadAsync(WorkerRun worker, Digest backbone, IReadOnlyList<(Digest Digest, long Bytes)> adapters, int from, int count)
    {
        for (var number = from; number < from + count; number++)
        {
            // Refused once its adapter is there: the load is what is measured, and no step of its own beside the others'.
            await worker.LoadAsync(backbone, adapters[number], "bench", $"f{number}");
        }
    }

    private static async Task<List<TimedCall>> StreamAsync(WorkerRun worker, Digest backbone, CancellationToken enough)
    {
        List<TimedCall> calls = [];

        while (!enough.IsCancellationRequested)
        {
            calls.Add(await worker.CallAsync(backbone, null, "bench", "base", Prompt, Tokens));
        }

        return calls;
    }

    private void Report(LoadPhases phases, IReadOnlyList<TimedCall> calls, long bytes)
    {
        var name = nice is { } value ? $", LoadNice {value}" : "";
        var (quiet, first, loaded, called) = (phases.Quiet.Gaps(calls), phases.First.Gaps(calls), phases.Loads.Gaps(calls), phases.Calls.Gaps(calls));
        var calm = quiet.Average();
        report.Add(BenchRow.Cost($"{shape}: time between tokens of {Running} during {Loads} adapter loads, mean{name}", loaded.Average(), "ms", calm, "undisturbed", 1.15));
        report.Add(BenchRow.Cost($"    {shape}: the same, p99{name}", Interleaved.Quantile(loaded, 0.99), "ms", Interleaved.Quantile(quiet, 0.99), "undisturbed"));
        report.Add(BenchRow.Cost($"    {shape}: the same during a worker's first {Loads} loads, mean{name}", first.Average(), "ms", calm, "undisturbed"));
        report.Add(BenchRow.Cost($"    {shape}: the same beside {Loads} calls of one token, with nothing to load, mean{name}", called.Average(), "ms", calm, "undisturbed"));
        report.Add(BenchRow.Limit($"    {shape}: methods the worker compiled during its first {Loads} loads{name}", phases.First.Compiled, ""));
        report.Add(BenchRow.Limit($"    {shape}: during the {Loads} loads{name}", phases.Loads.Compiled, ""));
        report.Add(BenchRow.Limit($"    {shape}: beside the {Loads} calls{name}", phases.Calls.Compiled, ""));
        report.Add(BenchRow.Limit($"    {shape}: {Loads} loads took{name}", phases.Loads.Seconds, "s"));
        report.Add(BenchRow.Limit($"    {shape}: the first {Loads} loads took{name}", phases.First.Seconds, "s"));
        report.Add(BenchRow.Limit($"    {shape}: the calls took{name}", phases.Calls.Seconds, "s"));
        report.Add(BenchRow.Limit($"    {shape}: adapters' bytes", bytes / (double)(1 << 20), "MiB"));
    }
}
