using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Catalogue, inventories and forecasts in the planner's words.</summary>
internal static class PlanQuestion
{
    public static PreloadRequest Ask(
        IReadOnlyList<WorkerState> states, IReadOnlyList<FunctionRecord> records, IReadOnlyDictionary<FunctionId, FunctionForecast> forecasts, PlanningOptions options)
    {
        var workers = states.Where(worker => !worker.Draining).OrderBy(worker => worker.Id.Value, StringComparer.Ordinal).ToArray();
        var functions = records.Where(MayBePlanned).OrderBy(record => record.Id.ToString(), StringComparer.Ordinal).ToArray();
        var backbones = functions.Select(function => function.Current.BackboneDigest).Distinct().ToArray();
        var costs = new PlanCosts(workers);
        var sandboxes = functions.Select(function => (function.Current.TrustDomain, function.Current.BackboneDigest)).Distinct().ToArray();

        return new PreloadRequest
        {
            Workers = [.. workers.Select(worker => Worker(worker, options))],
            Backbones = [.. backbones.Select(backbone => Backbone(backbone, workers, costs))],
            Sandboxes = [.. sandboxes.Select(sandbox => Sandbox(sandbox.TrustDomain, sandbox.BackboneDigest, Array.IndexOf(backbones, sandbox.BackboneDigest), workers, costs))],
            Functions = [.. functions.Select(function => Function(
                function, Array.IndexOf(sandboxes, (function.Current.TrustDomain, function.Current.BackboneDigest)), workers, costs,
                forecasts.TryGetValue(function.Id, out var forecast) ? forecast.Calls.AtLeastOneWithin(options.Horizon) : 0))],
            Horizon = options.Horizon,
            Limits = options.Limits,
        };
    }

    /// <summary>One that somebody scaled to zero is to stay away; one that may scale itself to zero may also come back before its call.</summary>
    private static bool MayBePlanned(FunctionRecord function) =>
        function.Current.AdapterDigest is not null && (function.DesiredReplicas > 0 || FunctionRegistry.ScaleRuleOf(function).Zero);

    private static PreloadWorker Worker(WorkerState worker, PlanningOptions options)
    {
        var link = new ByteSize((long)(options.LinkBytesPerSecond * options.Interval.TotalSeconds));

        return new PreloadWorker
        {
            Id = worker.Id,
            Disk = new ByteSize(1L << 50),
            Host = HostOf(worker, options),
            Device = new ByteSize((long)(worker.DeviceBytes * options.DeviceShare)),
            Blanks = worker.Resident.Count(resident => resident is { Kind: ResidentKind.Sandbox, Tier: StorageTier.Host }),
            StoreLink = link,
            DiskLink = link,
            DeviceLink = link,
            HasLiveDemand = worker.Queued > 0,
        };
    }

    /// <summary>Of what packed backbones leave: both are counted in the same book there.</summary>
    private static ByteSize HostOf(WorkerState worker, PlanningOptions options)
    {
        var packed = worker.Resident.Where(resident => resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Host }).Sum(resident => resident.Bytes);
        return new ByteSize((long)(Math.Max(0, worker.HostBytes - packed) * options.HostShare));
    }

    /// <summary>Every worker packs every backbone it can read, outside the device memory that adapters share, so it weighs nothing here.</summary>
    private static PreloadBackbone Backbone(Digest digest, WorkerState[] workers, PlanCosts costs) => new()
    {
        Digest = digest,
        HostBytes = ByteSize.Zero,
        DeviceBytes = ByteSize.Zero,
        HostSaves = TimeSpan.Zero,
        DeviceSaves = costs.Backbone(PackedBytes(digest, workers)),
        Residences = [.. Where(workers, resident => resident.Kind is ResidentKind.Backbone && resident.Digest == digest).Select(worker => new Residence(worker, StorageTier.Device))],
    };

    private static ByteSize PackedBytes(Digest digest, WorkerState[] workers) => new(workers
        .SelectMany(worker => worker.Resident)
        .Where(resident => resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Host } && resident.Digest == digest)
        .Select(resident => resident.Bytes)
        .DefaultIfEmpty(0)
        .Max());

    private static PreloadSandbox Sandbox(TrustDomain domain, Digest backboneDigest, int backbone, WorkerState[] workers, PlanCosts costs) => new()
    {
        Domain = domain,
        Backbone = backbone,
        DeviceBytes = ByteSize.Zero,
        Saves = costs.Sandbox,
        Workers = [.. Where(workers, resident => resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Device } && resident.TrustDomain == domain && resident.Digest == backboneDigest)],
    };

    private static PreloadFunction Function(FunctionRecord function, int sandbox, WorkerState[] workers, PlanCosts costs, double probability)
    {
        var revision = function.Current;
        var rule = FunctionRegistry.ScaleRuleOf(function);
        var bytes = new ByteSize(revision.AdapterBytes);
        var residences = Residences(revision, workers).ToImmutableArray();

        return new PreloadFunction
        {
            Id = function.Id,
            Adapter = revision.AdapterDigest!.Value,
            Sandbox = sandbox,
            Probability = probability,
            AdapterBytes = bytes,
            DiskSaves = costs.Disk(bytes),
            HostSaves = costs.Host(bytes),
            DeviceSaves = costs.Device(bytes),
            Residences = residences,
            Pinned = rule.Min >= 1 && !residences.IsEmpty,
        };
    }

    private static IEnumerable<Residence> Residences(FunctionRevision revision, WorkerState[] workers)
    {
        for (var worker = 0; worker < workers.Length; worker++)
        {
            if (Workers.Snapshots.TierOf(workers[worker], revision) is > StorageTier.Remote and var tier)
            {
                yield return new Residence(worker, tier);
            }
        }
    }

    private static IEnumerable<int> Where(WorkerState[] workers, Func<ResidentState, bool> holds)
    {
        for (var worker = 0; worker < workers.Length; worker++)
        {
            if (workers[worker].Resident.Any(holds))
            {
                yield return worker;
            }
        }
    }
}
