using System.Collections.Immutable;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>Says a board as entries: what stays, what comes within the links' budgets, what leaves because its bytes are needed.</summary>
internal sealed class PlanWriter
{
    private readonly PlanBoard _board;
    private readonly PlanFacts _facts;
    private readonly PreloadRequest _request;
    private readonly PlanLinks _links;
    private readonly double[] _calls;
    private readonly ImmutableArray<PreloadEntry>.Builder _entries = ImmutableArray.CreateBuilder<PreloadEntry>();
    private readonly HashSet<(int Worker, int Root, bool IsSandbox)> _written = [];
    private readonly HashSet<(int Worker, int Root, bool IsSandbox)> _waiting = [];

    public PlanWriter(PlanBoard board)
    {
        _board = board;
        _facts = board.Facts;
        _request = _facts.Request;
        _links = new PlanLinks(_request);
        _calls = new double[_facts.Sandboxes];

        for (var function = 0; function < _facts.Functions; function++)
        {
            _calls[_facts.FunctionSandbox[function]] += _facts.Probability[function];
        }
    }

    public PreloadPlan Write()
    {
        var order = Enumerable.Range(0, _facts.Functions).Where(function => _board.Home[function] >= 0).ToArray();
        Array.Sort(order.Select(function => -Density(function)).ToArray(), order);

        foreach (var function in order)
        {
            WriteFunction(function);
        }

        for (var worker = 0; worker < _facts.Workers; worker++)
        {
            for (var backbone = 0; backbone < _facts.Backbones; backbone++)
            {
                WriteBackbone(worker, backbone);
            }

            for (var sandbox = 0; sandbox < _facts.Sandboxes; sandbox++)
            {
                if (_board.Sandboxes[(worker * _facts.Sandboxes) + sandbox])
                {
                    WriteSandbox(worker, sandbox);
                }
            }
        }

        var leavers = new PlanLeavers(_board);
        _entries.AddRange(leavers.Write());
        _entries.AddRange(leavers.WriteRoots());

        return new PreloadPlan
        {
            Entries = _entries.ToImmutable(),
            CancelAt = [.. Enumerable.Range(0, _facts.Workers).Where(worker => _request.Workers[worker].HasLiveDemand)],
            WorthMs = _board.TotalWorth(),
        };
    }

    private double Density(int function) =>
        _facts.Probability[function] * _facts.Saves(function, _board.Level[function]) / Math.Max(1, _facts.Bytes(function, _board.Level[function]));

    private void WriteFunction(int function)
    {
        var worker = _board.Home[function];
        var level = _board.Level[function];
        var facts = _request.Functions[function];
        var tier = (StorageTier)Math.Min((int)level, 3);
        var from = StorageTier.Remote;

        foreach (var residence in facts.Residences)
        {
            from = residence.Worker == worker && residence.Tier > from ? residence.Tier : from;
        }

        // What it needs comes first, and what it needs and cannot have yet keeps it waiting.
        var rootsReady = level < 2 || (level == 2 ? WriteBackbone(worker, Backbone(function)) : WriteSandbox(worker, facts.Sandbox));
        var adapter = _links.Decide(worker, from, tier, facts.AdapterBytes.Bytes, rootsReady);
        _entries.Add(Entry(ArtifactKind.Adapter, adapter, worker, tier, from, facts, facts.AdapterBytes, TimeSpan.FromMilliseconds(_facts.Saves(function, Math.Min((int)level, 3)))));

        if (level == PlanBoard.TopLevel)
        {
            var isThere = facts.HasPrefixAt.Contains(worker);
            var prefix = isThere ? PreloadAction.Keep : adapter is PreloadAction.Wait || _request.Workers[worker].HasLiveDemand ? PreloadAction.Wait : PreloadAction.Load;
            _entries.Add(Entry(ArtifactKind.Prefix, prefix, worker, StorageTier.Device, isThere ? StorageTier.Device : StorageTier.Remote, facts, facts.PrefixBytes, facts.PrefixSaves));
        }
    }

    private PreloadEntry Entry(ArtifactKind kind, PreloadAction action, int worker, StorageTier tier, StorageTier from, PreloadFunction facts, ByteSize bytes, TimeSpan saves) => new()
    {
        Kind = kind,
        Action = action,
        Worker = _request.Workers[worker].Id,
        Tier = tier,
        From = from,
        Function = facts.Id,
        Revision = facts.Revision,
        Digest = facts.Adapter,
        Domain = _request.Sandboxes[facts.Sandbox].Domain,
        Bytes = bytes,
        Probability = facts.Probability,
        Saves = saves,
        Horizon = _request.Horizon,
    };

    private int Backbone(int function) => _facts.SandboxBackbone[_facts.FunctionSandbox[function]];

    /// <summary>True: it is there, or comes before what needs it.</summary>
    private bool WriteSandbox(int worker, int sandbox)
    {
        var key = (worker, sandbox, true);

        if (!_written.Add(key))
        {
            return !_waiting.Contains(key);
        }

        var facts = _request.Sandboxes[sandbox];
        var ready = WriteBackbone(worker, facts.Backbone);
        var runs = _facts.SandboxRuns[(worker * _facts.Sandboxes) + sandbox];
        var action = runs ? PreloadAction.Keep : ready && !_request.Workers[worker].HasLiveDemand ? PreloadAction.Load : PreloadAction.Wait;

        if (action is PreloadAction.Wait)
        {
            _waiting.Add(key);
        }

        _entries.Add(new PreloadEntry
        {
            Kind = ArtifactKind.Sandbox,
            Action = action,
            Worker = _request.Workers[worker].Id,
            Tier = StorageTier.Device,
            From = runs ? StorageTier.Device : StorageTier.Remote,
            Digest = _request.Backbones[facts.Backbone].Digest,
            Domain = facts.Domain,
            Bytes = facts.DeviceBytes,
            Probability = _calls[sandbox],
            Saves = facts.Saves,
            Horizon = _request.Horizon,
        });
        return action is not PreloadAction.Wait;
    }

    private bool WriteBackbone(int worker, int backbone)
    {
        var key = (worker, backbone, false);
        var state = _board.Backbones[(worker * _facts.Backbones) + backbone];

        if (state == 0 || !_written.Add(key))
        {
            return !_waiting.Contains(key);
        }

        var facts = _request.Backbones[backbone];
        var tier = state == 1 ? StorageTier.Host : StorageTier.Device;
        var from = StorageTier.Disk;

        foreach (var residence in facts.Residences)
        {
            from = residence.Worker == worker && residence.Tier > from ? residence.Tier : from;
        }

        var bytes = state == 1 ? facts.HostBytes : facts.DeviceBytes;
        var action = _links.Decide(worker, from, tier, bytes.Bytes, ready: true);

        if (action is PreloadAction.Wait)
        {
            _waiting.Add(key);
        }

        var calls = 0.0;

        for (var sandbox = 0; sandbox < _facts.Sandboxes; sandbox++)
        {
            calls += _facts.SandboxBackbone[sandbox] == backbone ? _calls[sandbox] : 0;
        }

        _entries.Add(new PreloadEntry
        {
            Kind = ArtifactKind.Backbone,
            Action = action,
            Worker = _request.Workers[worker].Id,
            Tier = tier,
            From = from,
            Digest = facts.Digest,
            Bytes = bytes,
            Probability = calls,
            Saves = state == 1 ? facts.HostSaves : facts.DeviceSaves,
            Horizon = _request.Horizon,
        });
        return action is not PreloadAction.Wait;
    }
}
