using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// A function with a long system prompt whose sandbox has gone: its first token at the worker's door, where its prompt's keys and values come from the host's memory, from disk (not in the page
/// cache), or are computed again. Beside them the same start with no such prompt, which is the floor, and a warm call. The ways by turns, a blank sandbox for each start, the adapter at the host.
/// </summary>
internal sealed class ColdPrefixBench(ReportWriter report, string shape, int rounds)
{
    private const string Domain = "bench";
    private const string Prompted = "prompted";
    private const int PromptTokens = 512;

    /// <summary>Of the template, around the system prompt: its beginning, its role, its end, the next role.</summary>
    private const int TemplateTokens = 4;

    /// <summary>Until the next blank is there, and all that it does before it is anybody's is done.</summary>
    private static readonly TimeSpan UntilBlank = TimeSpan.FromSeconds(4);

    private readonly SyntheticModels _models = new(NamedShape.Of(shape), SyntheticModels.DefaultRoot);
    private readonly PrefixWay _floor = new("no system prompt", StorageTier.Remote);
    private readonly PrefixWay _warm = new("warm", StorageTier.Device);
    private readonly PrefixWay _host = new("from the host", StorageTier.Host);
    private readonly PrefixWay _disk = new("from disk", StorageTier.Disk);
    private readonly PrefixWay _computed = new("computed again", StorageTier.Remote);
    private double _bytes;

    public async Task RunAsync()
    {
        using var folder = new TempFolder();
        var (backbone, adapters) = await WorkerRun.PrepareAsync(folder.Path, _models, [16]);
        await using var controller = await ScriptedController.StartAsync(Path.Combine(folder.Path, "token"));
        await using var worker = await WorkerRun.StartAsync(
            folder.Path, "--Worker:DeviceMemory", "1Gi", "--Worker:HostMemory", "8Gi", "--Worker:BlankSandboxes", "1", "--Worker:Threads", "2", "--Worker:ControllerRpcUrl", controller.RpcUrl);
        var revision = WorkerRun.RevisionOf(backbone, adapters[0], Domain, Prompted);
        revision.SystemPrompt = new string('x', PromptTokens - TemplateTokens);
        var rates = new List<double>();

        for (var round = -1; round < rounds; round++)
        {
            foreach (var way in new[] { _warm, _host, _disk, _computed, _floor })
            {
                var call = await CallAsync(controller, worker, folder.Path, revision, way, rates);

                // The first round is every code's first time, and what reading and computing take is learned in it.
                if (round >= 0)
                {
                    way.Calls.Add(call);
                }
            }
        }

        Report(Interleaved.Median(rates));
    }

    private async Task<TimedCall> CallAsync(ScriptedController controller, WorkerRun worker, string data, RevisionRef revision, PrefixWay way, List<double> rates)
    {
        await PrepareAsync(controller, revision);
        _bytes = Copies(controller).Max(copy => (double)copy.Bytes);

        if (!way.IsWarm)
        {
            await CommandAsync(controller, new WorkerCommand
            {
                Offload = new OffloadArtifact { Kind = "prefix", Key = KeyOf(revision), Revision = revision.Number, TrustDomain = Domain, Tier = (int)way.Copy },
            });
            await CommandAsync(controller, new WorkerCommand { Offload = new OffloadArtifact { Kind = "sandbox", TrustDomain = Domain, BackboneDigest = revision.BackboneDigest } });
        }

        if (way == _disk)
        {
            rates.Add(DropCached(Path.Combine(data, "worker", "prefixes")));
        }

        await Task.Delay(UntilBlank, TimeProvider.System);
        var asked = way == _floor ? WithoutPrompt(revision) : revision;
        var call = await worker.CallAsync(asked, new Prompt { UserText = "go on" }, 2);
        var tier = (StorageTier)(call.Account?.PrefixTier ?? -1);

        return call.Problem is null && tier == way.Copy
            ? call
            : throw new InvalidOperationException(call.Problem ?? $"The call {way.Name} found its prompt's beginning at {tier}.");
    }

    /// <summary>On the device, at the host and on disk.</summary>
    private static async Task PrepareAsync(ScriptedController controller, RevisionRef revision)
    {
        await CommandAsync(controller, new WorkerCommand
        {
            Preload = new PreloadArtifact
            {
                Kind = "prefix", Key = KeyOf(revision), TrustDomain = Domain, Tier = (int)StorageTier.Device, Reason = "bench",
                Revision = new Revision
                {
                    Number = revision.Number, BackboneDigest = revision.BackboneDigest, AdapterDigest = revision.AdapterDigest, AdapterBytes = revision.AdapterBytes, SystemPrompt = revision.SystemPrompt,
                },
            },
        });
        await Patience.UntilAsync(() => Copies(controller).Select(copy => copy.Tier).Order().SequenceEqual([(int)StorageTier.Disk, (int)StorageTier.Host, (int)StorageTier.Device]));
    }

    private static async Task CommandAsync(ScriptedController controller, WorkerCommand command)
    {
        var result = await controller.CommandAsync(command);

        if (result.ErrorCode.Length > 0)
        {
            throw new InvalidOperationException($"{command.KindCase}: {result.ErrorMessage}");
        }
    }

    private static RevisionRef WithoutPrompt(RevisionRef revision)
    {
        var plain = revision.Clone();
        (plain.Function, plain.SystemPrompt) = ("plain", "");
        return plain;
    }

    private static RouteKey KeyOf(RevisionRef revision) => new() { Namespace = revision.Namespace, Function = revision.Function };

    private static List<Resident> Copies(ScriptedController controller) => [.. controller.LastHeartbeat?.Resident.Where(resident => resident.Kind == "prefix") ?? []];

    /// <summary>Bytes a second at which the disk gives the files, which are not in the page cache when this returns.</summary>
    private static double DropCached(string folder)
    {
        var (bytes, seconds) = (0L, 0.0);

        foreach (var file in Directory.EnumerateFiles(folder))
        {
            FileCache.Drop(file);
            var begun = WorkerRun.Now;
            bytes += File.ReadAllBytes(file).LongLength;
            seconds += WorkerRun.Now - begun;
            FileCache.Drop(file);
        }

        return bytes / seconds;
    }

    private void Report(double diskRate)
    {
        var (floor, host, computed) = (Median(_floor), Median(_host), Median(_computed));
        report.Add(BenchRow.Limit($"{shape}: keys and values of {PromptTokens} tokens", _bytes / (1 << 20), "MiB"));
        report.Add(BenchRow.Limit($"{shape}: the disk, reading its file", diskRate / (1 << 20), "MiB/s"));
        report.Add(BenchRow.Limit($"{shape}: warm, sandbox and prefix there: time to first token, p50 of {rounds}", Median(_warm), "ms"));
        Add(_floor, null);
        Add(_host, BenchRow.Cost($"{shape}: {_host.Name}", host, "ms", floor, "the same start with no system prompt"));
        Add(_disk, BenchRow.Cost($"{shape}: {_disk.Name}", Median(_disk), "ms", host + (1_000 * _bytes / diskRate), "from the host + bytes ÷ disk rate"));
        Add(_computed, BenchRow.Cost($"{shape}: {_computed.Name}", computed, "ms", floor, "the same start with no system prompt"));
    }

    private void Add(PrefixWay way, BenchRow? row)
    {
        report.Add((row ?? BenchRow.Limit($"{shape}: {way.Name}", Median(way), "ms")) with { Case = $"{shape}: sandbox gone, {way.Name}: time to first token, p50 of {way.Calls.Count}" });

        foreach (var (name, of) in new (string, Func<ColdStart, double>)[]
        {
            ("process", account => account.SandboxMs), ("map and kernels", account => account.MapMs + account.KernelsMs), ("adapter", account => account.AdapterMs), ("queue", account => account.QueueMs),
            ("prompt", account => account.PromptMs), ("prefix", account => account.PrefixMs), ("prefill", account => account.PrefillMs), ("relay", account => account.RelayMs),
            ("stages together, of the time at the door, %", account => double.NaN),
        })
        {
            var value = name.EndsWith('%')
                ? 100 * Interleaved.Median(way.Calls.Select(call => call.Account!.Sum() / call.FirstTokenMs))
                : Interleaved.Median(way.Calls.Select(call => of(call.Account!)));
            report.Add(BenchRow.Limit($"    {shape}: {way.Name}: in the account: {name.TrimEnd('%', ' ', ',')}", value, name.EndsWith('%') ? "%" : "ms"));
        }
    }

    private static double Median(PrefixWay way) => Interleaved.Median(way.Calls.Select(call => call.FirstTokenMs));
}
