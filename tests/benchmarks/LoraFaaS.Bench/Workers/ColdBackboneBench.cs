using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// A function's first token at the worker: backbone resident, adapter on disk, a blank sandbox there. And the same where nothing is shared: each function's
/// own sandbox loads a backbone of its own, with the same loader, its file not in the page cache.
/// </summary>
internal sealed class ColdBackboneBench(ReportWriter report, string shape, bool withNoShare, int rounds, TimeSpan? blankAge = null)
{
    /// <summary>No longer than a blank needs, so that a run ends soon.</summary>
    public static readonly TimeSpan DefaultBlankAge = TimeSpan.FromSeconds(4);

    private static readonly int[] Prompts = [16, 128, 512];

    /// <summary>Cold starts before the measured ones, at most: a worker in service has had its first ones long ago.</summary>
    private const int MostPractised = 6;

    /// <summary>Compiled in a cold start by a worker that has had some.</summary>
    private const int FewMethods = 4;

    /// <summary>From one start to the next: until the next blank is there, and all that it does before it is anybody's is done.</summary>
    private readonly TimeSpan _untilBlank = blankAge ?? DefaultBlankAge;

    private readonly SyntheticModels _models = new(NamedShape.Of(shape), SyntheticModels.DefaultRoot);

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var (backbone, adapters) = await PrepareAsync(folder.Path);
        var adapter = adapters[0];
        var disk = adapters.Average(file => ReadRate(FileOf(folder.Path, file.Digest)));

        foreach (var prompt in Prompts.Take(withNoShare ? Prompts.Length : 1))
        {
            var starts = new ColdStarts();
            var (cold, warm) = await SharedAsync(folder.Path, backbone, adapters, prompt, starts);
            var read = 1_000 * adapter.Bytes / disk;
            var floor = (1.3 * Median(warm)) + read;
            report.Add(BenchRow.Limit($"{shape}, {prompt} tokens: warm time to first token, p50 of {warm.Count}", Median(warm), "ms"));
            report.Add(BenchRow.Cost($"{shape}, {prompt} tokens: cold, backbone resident, p50 of {cold.Count}", Median(cold), "ms", floor, "1.3 × warm + adapter bytes ÷ disk rate", 1));
            report.Add(BenchRow.Cost(
                $"{shape}, {prompt} tokens: the same, from the client's socket's send to the token's arrival there", AtSocket(cold), "ms",
                (1.3 * AtSocket(warm)) + read, "1.3 × warm + adapter bytes ÷ disk rate", 1));
            report.Add(BenchRow.Limit(
                $"{shape}, {prompt} tokens: a young worker's first cold start, {starts.Practised[0].Methods:0} methods compiled; the measured ones come after {starts.Practised.Count}", starts.Youngest!.FirstTokenMs, "ms"));
            Client(starts, prompt, read);
            Stages(cold);
            Bounds(starts, cold);

            if (withNoShare)
            {
                await CompareAsync(folder.Path, backbone, adapter, prompt, Median(cold), Median(warm));
            }
        }
    }

    /// <summary>What a caller sees who is a thread among all others: it wakes on one of the processors that compute the second token by then, as nobody does who calls from a machine of their own.</summary>
    private void Client(ColdStarts starts, int prompt, double read)
    {
        report.Add(BenchRow.Cost(
            $"{shape}, {prompt} tokens: cold, where the client is a thread among others, p50 of {starts.AmongOthers.Count}", Median(starts.AmongOthers), "ms",
            (1.3 * Median(starts.WarmAmongOthers)) + read, "1.3 × warm + adapter bytes ÷ disk rate", 1));
        report.Add(BenchRow.Limit($"    {shape}: of it until the token was at the client's socket", AtSocket(starts.AmongOthers), "ms"));
        report.Add(BenchRow.Limit($"    {shape}: where the client is a thread among others: warm", Median(starts.WarmAmongOthers), "ms"));
    }

    /// <summary>The stages of one function's cold and warm calls on this machine, for whoever reckons on with them.</summary>
    public async Task<ColdTimes> MeasureAsync(int prompt, int tokens)
    {
        using var folder = new TempFolder();
        var (backbone, adapters) = await PrepareAsync(folder.Path);
        var (cold, warm) = await SharedAsync(folder.Path, backbone, adapters, prompt, new ColdStarts());
        var alone = await AloneAsync(folder.Path, backbone, adapters[0], prompt);
        await using var worker = await StartAsync(folder.Path);
        await worker.CallAsync(backbone, adapters[0], "one", "f", prompt, 2);
        var one = await worker.CallAsync(backbone, adapters[0], "one", "f", prompt, tokens);
        var four = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => worker.CallAsync(backbone, adapters[0], "one", "f", prompt, tokens)));
        return new ColdTimes(
            Median(warm), Median(cold), alone, one.GapsMs.Average(), four.Average(call => call.GapsMs.Average()), four.Max(call => call.FirstTokenMs),
            new FileInfo(Path.Combine(_models.Backbone, "model.safetensors")).Length);
    }

    private async Task CompareAsync(string data, Digest backbone, (Digest Digest, long Bytes) adapter, int prompt, double cold, double warm)
    {
        var alone = await AloneAsync(data, backbone, adapter, prompt);
        var saved = 100 * (1 - (cold / alone));
        var possible = 100 * (1 - (warm / alone));
        report.Add(BenchRow.Limit($"{shape}, {prompt} tokens: nothing shared, its own backbone from disk", alone, "ms"));
        report.Add(BenchRow.Rate($"{shape}, {prompt} tokens: time to first token saved by sharing", saved, "%", possible, "load ÷ (load + prefill)", 0.95) with
        {
            Met = saved >= 86 && saved >= 0.95 * possible, Target = prompt == Prompts[0] ? "≥ 86 %, ≥ 95 % of what is possible" : "≥ 95 % of what is possible",
        });
    }

    /// <summary>An adapter for each start, so that each comes from disk.</summary>
    private Task<(Digest Backbone, IReadOnlyList<(Digest Digest, long Bytes)> Adapters)> PrepareAsync(string data) =>
        WorkerRun.PrepareAsync(data, _models, [.. Enumerable.Repeat(16, (2 * rounds) + MostPractised)]);

    private async Task<(List<TimedCall> Cold, List<TimedCall> Warm)> SharedAsync(
        string data, Digest backbone, IReadOnlyList<(Digest Digest, long Bytes)> adapters, int prompt, ColdStarts starts)
    {
        await using var worker = await StartAsync(data);
        worker.CallsFirst = true;
        await worker.CallAsync(backbone, null, "first", "base", prompt, 2);
        var (cold, warm) = (new List<TimedCall>(), new List<TimedCall>());
        await PractiseAsync(worker, data, backbone, adapters, prompt, starts);

        for (var round = 0; round < rounds; round++)
        {
            cold.Add(await ColdAsync(worker, data, backbone, adapters[round], $"domain-{round}", prompt, starts, starts.Cold));

            // Not beside the start of the next blank: a warm call has the machine to itself too.
            await Task.Delay(_untilBlank, TimeProvider.System);
            warm.Add(await starts.WatchAsync(worker, starts.Warm, () => worker.CallAsync(backbone, adapters[round], $"domain-{round}", "f", prompt, 2)));
            warm.Add(await starts.WatchAsync(worker, starts.Warm, () => worker.CallAsync(backbone, adapters[round], $"domain-{round}", "f", prompt, 2)));

            // The same start with its adapter at the host: what is left of it without the disk.
            starts.FromHost.Add(await worker.CallAsync(backbone, adapters[round], $"domain-{round}-again", "f", prompt, 2));
            await CallAmongOthersAsync(worker, data, backbone, adapters[rounds + round], $"other-{round}", prompt, starts);
        }

        return (cold, warm);
    }

    private async Task CallAmongOthersAsync(
        WorkerRun worker, string data, Digest backbone, (Digest Digest, long Bytes) adapter, string domain, int prompt, ColdStarts starts)
    {
        worker.CallsFirst = false;
        starts.AmongOthers.Add(await ColdAsync(worker, data, backbone, adapter, domain, prompt, starts, []));
        await Task.Delay(_untilBlank, TimeProvider.System);
        starts.WarmAmongOthers.Add(await starts.WatchAsync(worker, [], () => worker.CallAsync(backbone, adapter, domain, "f", prompt, 2)));
        starts.WarmAmongOthers.Add(await starts.WatchAsync(worker, [], () => worker.CallAsync(backbone, adapter, domain, "f", prompt, 2)));

        // The next start comes as long after a start as this one did: its blank is as old.
        await worker.CallAsync(backbone, adapter, $"{domain}-again", "f", prompt, 2);
        worker.CallsFirst = true;
    }

    /// <summary>A worker's first cold starts compile what no image has; they are counted apart.</summary>
    private async Task PractiseAsync(
        WorkerRun worker, string data, Digest backbone, IReadOnlyList<(Digest Digest, long Bytes)> adapters, int prompt, ColdStarts starts)
    {
        for (var number = 0; number < MostPractised && !(starts.Practised is [.., { Methods: <= FewMethods }]); number++)
        {
            var call = await ColdAsync(worker, data, backbone, adapters[(2 * rounds) + number], $"practice-{number}", prompt, starts, starts.Practised);
            starts.Youngest ??= call;
        }
    }

    private async Task<TimedCall> ColdAsync(
        WorkerRun worker, string data, Digest backbone, (Digest Digest, long Bytes) adapter, string domain, int prompt, ColdStarts starts, List<WatchedCall> notes)
    {
        FileCache.Drop(FileOf(data, adapter.Digest));
        await Task.Delay(_untilBlank, TimeProvider.System);
        return await starts.WatchAsync(worker, notes, () => worker.CallAsync(backbone, adapter, domain, "f", prompt, 2));
    }

    private async Task<double> AloneAsync(string data, Digest backbone, (Digest Digest, long Bytes) adapter, int prompt)
    {
        await using var worker = await StartAsync(data, "--Worker:ShareBackbone", "false");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);

        foreach (var file in Directory.EnumerateFiles(_models.Backbone, "*.safetensors"))
        {
            FileCache.Drop(file);
        }

        worker.CallsFirst = true;
        var call = await worker.CallAsync(backbone, adapter, "alone", "f", prompt, 2);
        return call.Problem is null ? call.FirstTokenMs : throw new InvalidOperationException(call.Problem);
    }

    private static Task<WorkerRun> StartAsync(string data, params string[] options) => WorkerRun.StartAsync(
        data, ["--Worker:DeviceMemory", "1Gi", "--Worker:HostMemory", "8Gi", "--Worker:BlankSandboxes", "1", "--Worker:Threads", "2", .. options]);

    private void Stages(List<TimedCall> calls)
    {
        var accounts = calls.Select(call => call.Account).OfType<Protocol.Data.ColdStart>().ToList();

        foreach (var (name, of) in new (string, Func<Protocol.Data.ColdStart, double>)[]
        {
            ("process", account => account.SandboxMs), ("map", account => account.MapMs), ("kernels", account => account.KernelsMs), ("adapter", account => account.AdapterMs),
            ("queue", account => account.QueueMs), ("prefill", account => account.PrefillMs), ("admission", account => account.AdmissionMs),
            ("relay", account => account.RelayMs), ("in none of them", account => account.TransportMs),
        })
        {
            report.Add(BenchRow.Limit($"    {shape}: in the account: {name}", Interleaved.Median(accounts.Select(of)), "ms"));
        }

        // The stages alone, without the remainder that closes the account, against what the caller measured.
        report.Add(BenchRow.Limit(
            $"    {shape}: the account's stages together, of the time measured at the door",
            100 * Interleaved.Median(calls.Where(call => call.Account is not null).Select(call => call.Account!.Sum() / call.FirstTokenMs)), "%"));
    }

    /// <summary>What bounds a start, measured beside it: what the processors had to do, what the runtime compiled, what is left without the disk and the client.</summary>
    private void Bounds(ColdStarts starts, List<TimedCall> cold)
    {
        report.Add(BenchRow.Limit(
            $"    {shape}: the same, of the time between the client's socket's send and the token's arrival there",
            100 * Interleaved.Median(cold.Where(call => call.Account is not null).Select(call => call.Account!.Sum() / call.SocketMs)), "%"));
        report.Add(BenchRow.Limit($"    {shape}: the same start, its adapter at the host", Median(starts.FromHost), "ms"));

        foreach (var (name, watched) in new[] { ("cold", starts.Cold), ("warm", starts.Warm) })
        {
            report.Add(BenchRow.Limit(
                $"    {shape}: {name}: processors' time until the first token, ÷ {Environment.ProcessorCount} processors", Interleaved.Median(watched.Select(call => call.ProcessorMs)) / Environment.ProcessorCount, "ms"));
            report.Add(BenchRow.Limit($"    {shape}: {name}: methods the worker compiled, mean", watched.Average(call => call.Methods), ""));
            report.Add(BenchRow.Limit($"    {shape}: {name}: of a processor for it, mean", watched.Average(call => call.CompilingMs), "ms"));
        }
    }

    private static string FileOf(string data, Digest adapter) => Path.Combine(data, "worker", "artifacts", adapter.Hex);

    private static double ReadRate(string file)
    {
        FileCache.Drop(file);
        var begun = WorkerRun.Now;
        var bytes = File.ReadAllBytes(file).LongLength;
        return bytes / (WorkerRun.Now - begun);
    }

    private static double AtSocket(List<TimedCall> calls) => Interleaved.Median(calls.Where(call => call.Problem is null).Select(call => call.SocketMs));

    private static double Median(List<TimedCall> calls) => Interleaved.Median(calls.Where(call => call.Problem is null).Select(call => call.FirstTokenMs));
}
