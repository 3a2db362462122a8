using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Catalogue, inventories and forecasts in the planner's words. Each revision that has calls is an item of its own.</summary>
internal sealed class PlanQuestion
{
    private readonly WorkerState[] _workers;
    private readonly PlanInventory _inventory;
    private readonly PlanCosts _costs;
    private readonly Dictionary<Digest, long> _prefixBytesPerToken;
    private readonly IReadOnlyDictionary<FunctionId, FunctionForecast> _forecasts;
    private readonly PlanningOptions _options;

    private PlanQuestion(
        IReadOnlyList<WorkerState> states, IReadOnlyList<BackboneRecord> backbones, IReadOnlyDictionary<FunctionId, FunctionForecast> forecasts, PlanningOptions options)
    {
        _workers = [.. states.Where(worker => !worker.Draining).OrderBy(worker => worker.Id.Value, StringComparer.Ordinal)];
        _inventory = new PlanInventory(_workers);
        _costs = new PlanCosts(_workers);
        _prefixBytesPerToken = backbones.DistinctBy(backbone => backbone.Digest).ToDictionary(backbone => backbone.Digest, PrefixEstimate.BytesPerToken);
        (_forecasts, _options) = (forecasts, options);
    }

    public static PreloadRequest Ask(
        IReadOnlyList<WorkerState> states, IReadOnlyList<FunctionRecord> records, IReadOnlyList<BackboneRecord> backbones,
        IReadOnlyDictionary<FunctionId, FunctionForecast> forecasts, PlanningOptions options) =>
        new PlanQuestion(states, backbones, forecasts, options).Ask(records);

    private PreloadRequest Ask(IReadOnlyList<FunctionRecord> records)
    {
        var items = records.OrderBy(record => record.Id.ToString(), StringComparer.Ordinal)
            .SelectMany(record => PlannedRevisions.Of(record).Select(planned => (Record: record, planned.Revision, planned.Share)))
            .ToArray();
        var backbones = new Positions<Digest>(items.Select(item => item.Revision.BackboneDigest));
        var sandboxes = new Positions<(TrustDomain Domain, Digest Backbone)>(items.Select(item => (item.Revision.TrustDomain, item.Revision.BackboneDigest)));
        var request = new PreloadRequest
        {
            Workers = [.. _workers.Select(Worker)],
            Backbones = [.. backbones.Items.Select(Backbone)],
            Sandboxes = [.. sandboxes.Items.Select(sandbox => Sandbox(sandbox.Domain, sandbox.Backbone, backbones.Of(sandbox.Backbone)))],
            Functions = [.. items.Select(item => Function(item.Record, item.Revision, item.Share, sandboxes.Of((item.Revision.TrustDomain, item.Revision.BackboneDigest))))],
            Horizon = _options.Horizon,
            Limits = _options.Limits,
        };

        // Where holding memory costs, what is held must save its price, and counts by the minute in which it is held, not by the horizon.
        return _options.HoldingPrice <= 0
            ? request
            : request with { Horizon = HoldingIndex.Span, Limits = request.Limits with { MinMsPerGiB = _options.HoldingPrice * HoldingIndex.Span.TotalSeconds } };
    }

    private PreloadWorker Worker(WorkerState worker)
    {
        var link = new ByteSize((long)(_options.LinkBytesPerSecond * _options.Interval.TotalSeconds));

        return new PreloadWorker
        {
            Id = worker.Id,
            Disk = new ByteSize(1L << 50),
            Host = HostOf(worker),
            Device = new ByteSize((long)(worker.DeviceBytes * _options.DeviceShare)),
            Blanks = worker.Resident.Count(resident => resident is { Kind: ResidentKind.Sandbox, Tier: StorageTier.Host }),
            StoreLink = link,
            DiskLink = link,
            DeviceLink = link,
            HasLiveDemand = worker.Queued > 0,
        };
    }

    /// <summary>Of what packed backbones leave: both are counted in the same book there.</summary>
    private ByteSize HostOf(WorkerState worker)
    {
        var packed = worker.Resident.Where(resident => resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Host }).Sum(resident => resident.Bytes);
        return new ByteSize((long)(Math.Max(0, worker.HostBytes - packed) * _options.HostShare));
    }

    /// <summary>Every worker packs every backbone it can read, outside the device memory that adapters share, so it weighs nothing here.</summary>
    private PreloadBackbone Backbone(Digest digest) => new()
    {
        Digest = digest,
        HostBytes = ByteSize.Zero,
        DeviceBytes = ByteSize.Zero,
        HostSaves = TimeSpan.Zero,
        DeviceSaves = _costs.Backbone(_inventory.PackedBytes(digest)),
        Residences = [.. _inventory.BackboneAt(digest).Select(worker => new Residence(worker, StorageTier.Device))],
    };

    private PreloadSandbox Sandbox(TrustDomain domain, Digest backboneDigest, int backbone) => new()
    {
        Domain = domain,
        Backbone = backbone,
        DeviceBytes = ByteSize.Zero,
        Saves = _costs.Sandbox,
        Workers = _inventory.SandboxAt(domain, backboneDigest),
    };

    private PreloadFunction Function(FunctionRecord function, FunctionRevision revision, double share, int sandbox)
    {
        var bytes = new ByteSize(revision.AdapterBytes);
        var (hasPrefixAt, prefix) = _inventory.PrefixOf(revision) ?? ([], PrefixEstimate.Of(revision, _prefixBytesPerToken.GetValueOrDefault(revision.BackboneDigest)));
        var item = new PreloadFunction
        {
            Id = function.Id,
            Revision = revision.Number,
            Adapter = revision.AdapterDigest!.Value,
            Sandbox = sandbox,
            Probability = ChanceOf(function.Id, share),
            AdapterBytes = bytes,
            DiskSaves = _costs.Disk(bytes),
            HostSaves = _costs.Host(bytes),
            DeviceSaves = _costs.Device(bytes),
            Residences = [.. _inventory.AdapterAt(revision)],
        };
        item = item with { Pinned = !item.Residences.IsEmpty && FunctionRegistry.ScaleRuleOf(function).Min >= 1 };

        // One that turned out too short to be kept weighs nothing, and is none.
        return prefix == ByteSize.Zero ? item : item with { PrefixBytes = prefix, PrefixSaves = _costs.Prefix(prefix), HasPrefixAt = hasPrefixAt };
    }

    private double ChanceOf(FunctionId function, double share)
    {
        if (!_forecasts.TryGetValue(function, out var forecast))
        {
            return 0;
        }

        return _options.HoldingPrice > 0 ? HoldingIndex.Of(forecast.Calls) * share : RevisionShare.Of(forecast.Calls.AtLeastOneWithin(_options.Horizon), share);
    }

    /// <summary>Distinct things and where each stands.</summary>
    private sealed class Positions<T>(IEnumerable<T> all)
        where T : notnull
    {
        private readonly Dictionary<T, int> _at = all.Distinct().Select((item, index) => (item, index)).ToDictionary(pair => pair.item, pair => pair.index);

        public IEnumerable<T> Items => _at.OrderBy(pair => pair.Value).Select(pair => pair.Key);

        public int Of(T item) => _at[item];
    }
}
