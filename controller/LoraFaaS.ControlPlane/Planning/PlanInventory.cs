using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// What the workers hold, by what it is: each inventory is read once, however many functions ask. Workers are named by their position.
/// </summary>
internal sealed class PlanInventory
{
    private static readonly IReadOnlyDictionary<int, StorageTier> Nowhere = new Dictionary<int, StorageTier>();

    private readonly Dictionary<Digest, Dictionary<int, StorageTier>> _adapters = [];
    private readonly Dictionary<(Digest Adapter, TrustDomain Domain), SortedSet<int>> _onDevice = [];
    private readonly Dictionary<Digest, SortedSet<int>> _backbones = [];
    private readonly Dictionary<Digest, long> _packed = [];
    private readonly Dictionary<(TrustDomain Domain, Digest Backbone), SortedSet<int>> _sandboxes = [];
    private readonly Dictionary<(FunctionId Function, int Revision), (SortedSet<int> Workers, long Bytes)> _prefixes = [];

    public PlanInventory(IReadOnlyList<WorkerState> workers)
    {
        for (var worker = 0; worker < workers.Count; worker++)
        {
            foreach (var resident in workers[worker].Resident)
            {
                Add(worker, resident);
            }
        }
    }

    /// <summary>Workers that have packed a backbone.</summary>
    public IEnumerable<int> BackboneAt(Digest backbone) => _backbones.GetValueOrDefault(backbone) ?? [];

    /// <summary>Bytes of a packed backbone; zero: nobody has packed it.</summary>
    public ByteSize PackedBytes(Digest backbone) => new(_packed.GetValueOrDefault(backbone));

    public ImmutableArray<int> SandboxAt(TrustDomain domain, Digest backbone) => [.. _sandboxes.GetValueOrDefault((domain, backbone)) ?? []];

    /// <summary>Where a revision's adapter is. Another trust domain's device pages are not its own, but what went there has passed through the disk cache.</summary>
    public IEnumerable<Residence> AdapterAt(FunctionRevision revision)
    {
        var tiers = _adapters.GetValueOrDefault(revision.AdapterDigest!.Value) ?? Nowhere;
        var own = _onDevice.GetValueOrDefault((revision.AdapterDigest.Value, revision.TrustDomain));

        foreach (var (worker, tier) in tiers.OrderBy(pair => pair.Key))
        {
            yield return new Residence(worker, own?.Contains(worker) == true ? StorageTier.Device : tier);
        }
    }

    /// <summary>Workers that hold a revision's prompt prefix, and its bytes there; null: nobody has computed it.</summary>
    public (ImmutableArray<int> Workers, ByteSize Bytes)? PrefixOf(FunctionRevision revision) =>
        _prefixes.TryGetValue((revision.Function, revision.Number), out var found) ? ([.. found.Workers], new ByteSize(found.Bytes)) : null;

    private void Add(int worker, ResidentState resident)
    {
        switch (resident.Kind)
        {
            case ResidentKind.Adapter:
                Adapter(worker, resident);
                break;
            case ResidentKind.Backbone:
                Put(_backbones, resident.Digest, worker);

                if (resident is { Tier: StorageTier.Device, TrustDomain: { } domain })
                {
                    Put(_sandboxes, (domain, resident.Digest), worker);
                }
                else
                {
                    _packed[resident.Digest] = Math.Max(_packed.GetValueOrDefault(resident.Digest), resident.Tier is StorageTier.Host ? resident.Bytes : 0);
                }

                break;
            // A copy outside the device is not prepared: what a plan asks for is that the next call finds it in pages, which is quicker where there is one.
            case ResidentKind.Prefix when resident is { Tier: StorageTier.Device, Function: { } function }:
                var key = (function, resident.Revision);
                var (workers, bytes) = _prefixes.TryGetValue(key, out var before) ? before : ([], 0);
                workers.Add(worker);
                _prefixes[key] = (workers, Math.Max(bytes, resident.Bytes));
                break;
        }
    }

    private void Adapter(int worker, ResidentState resident)
    {
        if (!_adapters.TryGetValue(resident.Digest, out var tiers))
        {
            _adapters[resident.Digest] = tiers = [];
        }

        var tier = resident.Tier;

        if (resident is { Tier: StorageTier.Device, TrustDomain: { } domain })
        {
            Put(_onDevice, (resident.Digest, domain), worker);
            tier = StorageTier.Disk;
        }

        tiers[worker] = tiers.TryGetValue(worker, out var before) && before > tier ? before : tier;
    }

    private static void Put<T>(Dictionary<T, SortedSet<int>> sets, T key, int worker)
        where T : notnull
    {
        if (!sets.TryGetValue(key, out var set))
        {
            sets[key] = set = [];
        }

        set.Add(worker);
    }
}
