using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Placement;
using LoraFaaS.Policies.Snapshots;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>Asks the placement policy where a call goes, in its own words.</summary>
internal sealed class PlacementView
{
    private static readonly FrozenSet<Digest> None = FrozenSet<Digest>.Empty;

    private WorkerId[] _workers = [];
    private Digest[] _backbones = [];
    private FrozenSet<Digest>[] _sets = [];
    private FunctionId[] _functions = [];
    private TrustDomain[] _domains = [];
    private FrozenSet<TrustDomain>[] _domainSets = [];
    private PlacementCosts[] _costs = [];
    private WorkerSnapshot[] _snapshots = [];
    private Dictionary<WorkerId, StorageTier> _tiers = [];
    private Dictionary<WorkerId, int> _deviceOf = [];

    public void Begin(ClusterState state)
    {
        var cluster = state.Cluster;
        _workers = [.. Enumerable.Range(0, cluster.Devices).Select(device => new WorkerId($"d{device:0000}"))];
        _deviceOf = _workers.Select((worker, index) => (worker, index)).ToDictionary(pair => pair.worker, pair => pair.index);
        _backbones = [.. cluster.Backbones.Select(backbone => Digest.OfBytes(Encoding.UTF8.GetBytes(backbone.Name)))];
        _sets = [.. _backbones.Select(backbone => new[] { backbone }.ToFrozenSet())];
        _functions = [.. state.Trace.Functions.Select((_, index) => FunctionId.TryParse($"f{index}", out var id) ? id : throw new UnreachableException())];
        _domains = [.. Enumerable.Range(0, state.Domains).Select(domain => new TrustDomain($"t{domain}"))];
        _domainSets = [.. _domains.Select(domain => new[] { domain }.ToFrozenSet())];
        _snapshots = new WorkerSnapshot[cluster.Devices];
        _tiers = new Dictionary<WorkerId, StorageTier>(cluster.Devices);
        _costs = [.. cluster.Backbones.Select(backbone => new PlacementCosts
        {
            ColdBackboneMs = state.System.FastLoader ? backbone.FastLoadMs : backbone.LoadMs,
            ColdSandboxMs = Estimate.ProcessMs(state),
            HostMs = state.System.AttachMs ?? cluster.AttachMs,
            DiskMs = (state.System.AttachMs ?? cluster.AttachMs) + 20,
            QueuedMs = backbone.PrefillPerCallMs,

            // A process that computes stretches our prefill by its whole length.
            RunningMs = backbone.PrefillMs,
        })];
    }

    public int Route(Simulation simulation, int function)
    {
        var state = simulation.State;
        var backbone = state.Trace.Functions[function].Backbone;
        var domain = state.DomainOf(function);

        for (var device = 0; device < _workers.Length; device++)
        {
            var waiting = 0;

            foreach (var sandbox in state.On[device])
            {
                waiting += sandbox.Waiting + sandbox.Loading;
            }

            _tiers[_workers[device]] = (StorageTier)state.Adapters[state.AdapterAt(device, function)];
            _snapshots[device] = new WorkerSnapshot
            {
                Id = _workers[device], Running = state.Computing[device], Queued = waiting,
                FreeDeviceBytes = new ByteSize((long)(state.Free[device] * (1L << 30))),
                Backbones = state.System.SharesBackbone ? state.Copy(device, backbone).Exists ? _sets[backbone] : None : state.Find(device, function) is null ? None : _sets[backbone],
                Domains = state.Find(device, function) is null ? FrozenSet<TrustDomain>.Empty : _domainSets[domain],
            };
        }

        var decision = PlacementPolicy.Decide(
            new PlacementRequest
            {
                Function = _functions[function], Backbone = _backbones[backbone], Adapter = _backbones[backbone], Domain = _domains[domain], AdapterTiers = _tiers,
                AdapterBytes = new ByteSize((long)(state.AdapterGigabytes(function) * (1L << 30))), Costs = _costs[backbone],
            },
            _snapshots);

        return decision is PlacementDecision.On on ? _deviceOf[on.Worker] : 0;
    }
}
