using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Preloading;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>The simulated cluster in the planner's words, and the plan's lines in the simulator's.</summary>
internal sealed class PlanView
{
    private const double Gi = 1L << 30;

    private readonly ClusterState _state;
    private readonly WorkerId[] _workers;
    private readonly Digest[] _backbones;
    private readonly Digest[] _adapters;
    private readonly TrustDomain[] _domains;
    private readonly FunctionId[] _functions;
    private readonly Dictionary<WorkerId, int> _deviceOf;
    private readonly Dictionary<FunctionId, int> _functionOf;
    private readonly Dictionary<TrustDomain, int> _domainOf;
    private readonly Dictionary<Digest, int> _backboneOf;

    public PlanView(ClusterState state)
    {
        _state = state;
        _workers = [.. Enumerable.Range(0, state.Cluster.Devices).Select(device => new WorkerId($"d{device:0000}"))];
        _backbones = [.. state.Cluster.Backbones.Select(backbone => Named(backbone.Name))];
        _adapters = [.. state.Trace.Functions.Select((_, index) => Named($"adapter {index}"))];
        _domains = [.. Enumerable.Range(0, state.Domains).Select(domain => new TrustDomain($"t{domain}"))];
        _functions = [.. state.Trace.Functions.Select((_, index) => FunctionId.TryParse($"f{index}", out var id) ? id : throw new UnreachableException())];
        _deviceOf = Positions(_workers);
        _functionOf = Positions(_functions);
        _domainOf = Positions(_domains);
        _backboneOf = Positions(_backbones);
    }

    public PreloadRequest Request(double[] worth, double priceMs)
    {
        var cluster = _state.Cluster;
        var backboneOf = new int[_state.Domains];

        for (var function = 0; function < _state.Trace.Functions.Count; function++)
        {
            backboneOf[_state.DomainOf(function)] = _state.Trace.Functions[function].Backbone;
        }

        return new PreloadRequest
        {
            Workers = [.. Enumerable.Range(0, cluster.Devices).Select(Worker)],
            Backbones = [.. cluster.Backbones.Select((_, index) => Backbone(index))],
            Sandboxes = [.. Enumerable.Range(0, _state.Domains).Select(domain => Sandbox(domain, backboneOf[domain]))],
            Functions = [.. Enumerable.Range(0, _functions.Length).Select(function => Function(function, worth[function]))],
            Horizon = priceMs > 0 ? HoldingIndex.Span : TimeSpan.FromMinutes(5),
            Limits = new PreloadLimits
            {
                MinMsPerGiB = priceMs * HoldingIndex.Span.TotalSeconds, Effort = 20_000, MinProbability = 1e-4,
            },
        };
    }

    public void Load(Simulation simulation, PreloadEntry entry)
    {
        var device = _deviceOf[entry.Worker];

        if (entry.Kind is ArtifactKind.Adapter)
        {
            simulation.Preload(device, _functionOf[entry.Function!.Value]);
        }
        else if (entry.Kind is ArtifactKind.Backbone)
        {
            simulation.PreloadBackbone(device, _backboneOf[entry.Digest!.Value]);
        }
    }

    public void Offload(Simulation simulation, PreloadEntry entry)
    {
        var device = _deviceOf[entry.Worker];

        switch (entry.Kind)
        {
            case ArtifactKind.Adapter when _state.System.SharesProcess:
                if (_state.AdapterCalls[_state.AdapterAt(device, _functionOf[entry.Function!.Value])] == 0)
                {
                    _state.DropAdapter(device, _functionOf[entry.Function!.Value], simulation.Now);
                }

                break;
            case ArtifactKind.Adapter:
                StopIdle(simulation, _state.Find(device, _functionOf[entry.Function!.Value]));
                break;
            case ArtifactKind.Sandbox:
                StopIdle(simulation, _state.On[device].Find(sandbox => sandbox.Domain == _domainOf[entry.Domain!.Value]));
                break;
            case ArtifactKind.Backbone when _state.Copy(device, _backboneOf[entry.Digest!.Value]) is { Exists: true, Users: 0 }:
                _state.DropCopy(device, _backboneOf[entry.Digest!.Value], simulation.Now);
                break;
        }
    }

    private static void StopIdle(Simulation simulation, SandboxState? sandbox)
    {
        if (sandbox is { Exists: true, IsBusy: false } && sandbox.ReadyAt <= simulation.Now)
        {
            simulation.Stop(sandbox);
        }
    }

    private PreloadWorker Worker(int device)
    {
        var held = _state.Free[device];

        foreach (var sandbox in _state.On[device])
        {
            held += _state.Cluster.ContextGigabytes + (_state.System.SharesBackbone ? 0 : _state.Cluster.Backbones[sandbox.Backbone].Gigabytes);
        }

        for (var backbone = 0; backbone < _state.Cluster.Backbones.Count; backbone++)
        {
            held += _state.Copy(device, backbone).Exists ? _state.Cluster.Backbones[backbone].Gigabytes : 0;
        }

        for (var function = 0; function < _functions.Length; function++)
        {
            held += _state.Adapters[_state.AdapterAt(device, function)] == 3 ? _state.AdapterGigabytes(function) : 0;
        }

        // A tenth stays for the sequences of calls that come.
        return new PreloadWorker
        {
            Id = _workers[device], Disk = new ByteSize((long)(100 * Gi)), Host = new ByteSize((long)(100 * Gi)),
            Device = new ByteSize((long)(Math.Max(0, held - (_state.Cluster.DeviceGigabytes * 0.1)) * Gi)), Blanks = Math.Max(2, _state.System.Blanks),
        };
    }

    private PreloadBackbone Backbone(int backbone)
    {
        var spec = _state.Cluster.Backbones[backbone];
        var load = _state.System.FastLoader ? spec.FastLoadMs : spec.LoadMs;

        return new PreloadBackbone
        {
            Digest = _backbones[backbone], HostBytes = Bytes(spec.Gigabytes), DeviceBytes = Bytes(spec.Gigabytes),
            HostSaves = TimeSpan.Zero, DeviceSaves = TimeSpan.FromMilliseconds(load),
            Residences = [.. Devices(device => _state.Copy(device, backbone).Exists).Select(device => new Residence(device, StorageTier.Device))],
        };
    }

    private PreloadSandbox Sandbox(int domain, int backbone) => new()
    {
        Domain = _domains[domain],
        Backbone = backbone,

        // A process's host memory is paid for too; it weighs by its price against the device's.
        DeviceBytes = Bytes(_state.Cluster.ContextGigabytes),
        Saves = TimeSpan.FromMilliseconds(Estimate.ProcessMs(_state)),
        Workers = [.. Devices(device => _state.On[device].Exists(sandbox => sandbox.Domain == domain))],
    };

    private PreloadFunction Function(int function, double worth)
    {
        return new PreloadFunction
        {
            Id = _functions[function], Adapter = _adapters[function], Sandbox = _state.DomainOf(function), Probability = worth,
            AdapterBytes = Bytes(_state.AdapterGigabytes(function)), DeviceSaves = TimeSpan.FromMilliseconds(Estimate.AttachMs(_state, function)),
            Residences = [.. Devices(device => _state.Adapters[_state.AdapterAt(device, function)] == 3).Select(device => new Residence(device, StorageTier.Device))],
            Pinned = Devices(device => _state.AdapterCalls[_state.AdapterAt(device, function)] > 0).Any(),
        };
    }

    private IEnumerable<int> Devices(Func<int, bool> which) => Enumerable.Range(0, _state.Cluster.Devices).Where(which);

    private static ByteSize Bytes(double gigabytes) => new((long)(gigabytes * Gi));

    private static Digest Named(string text) => Digest.OfBytes(Encoding.UTF8.GetBytes(text));

    private static Dictionary<T, int> Positions<T>(IReadOnlyList<T> items)
        where T : notnull =>
        items.Select((item, index) => (item, index)).ToDictionary(pair => pair.item, pair => pair.index);
}
