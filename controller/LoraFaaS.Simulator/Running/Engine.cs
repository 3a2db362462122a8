using LoraFaaS.Policies.Batching;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Events;

namespace LoraFaaS.Simulator.Running;

/// <summary>
/// Prefill in batches, T(b) = T0 + α(b−1), stretched by the number of processes that compute on the device (papers A6); decoding of all of a process's
/// sequences at one rate, while it prefills one token a prefill or none by the system, and stopped while it is stalled. A prefill begins between two steps.
/// </summary>
internal sealed class Engine(Simulation simulation)
{
    /// <summary>A function's usual one, seconds.</summary>
    private const double Timeout = 60;

    /// <summary>What the newest call weighs in a sandbox's residence.</summary>
    private const double Newest = 0.1;

    /// <summary>Of a token: so near to its end a step is over.</summary>
    private const double Slack = 1e-6;

    private readonly ClusterState _state = simulation.State;
    private readonly CallLog _log = simulation.Log;
    private readonly BatchProfile[] _profiles = [.. simulation.State.Cluster.Backbones.Select(Learnt)];

    public void Enqueue(SandboxState sandbox, int call, double now)
    {
        if (_state.System.JudgesQueue && IsRefused(sandbox, call, now))
        {
            Refuse(sandbox, call, now);
            simulation.MaybeIdle(sandbox, now);
            return;
        }

        sandbox.Queue.Put(call);
        TryPrefill(sandbox, now);
    }

    public void Stall(SandboxState sandbox, double now, double seconds)
    {
        Advance(sandbox, now);
        sandbox.StalledUntil = Math.Max(sandbox.StalledUntil, now) + seconds;
        Reschedule(sandbox, now);
    }

    public void TryPrefill(SandboxState sandbox, double now)
    {
        if (sandbox.IsPrefilling || sandbox.AwaitsStep || sandbox.Queue.Count == 0)
        {
            return;
        }

        Advance(sandbox, now);
        sandbox.StepAt = Math.Ceiling(sandbox.Tokens - Slack);
        PrefillAtStep(sandbox, now);
    }

    public void StepEnded(SandboxState sandbox, double now)
    {
        sandbox.AwaitsStep = false;
        Advance(sandbox, now);
        PrefillAtStep(sandbox, now);
    }

    /// <summary>Begins now, or when the step that runs is over: looked at again then, since a neighbour may have slowed it.</summary>
    private void PrefillAtStep(SandboxState sandbox, double now)
    {
        var left = sandbox.StepAt - sandbox.Tokens;

        if (sandbox.Running.Count > 0 && sandbox.Rate > 0 && sandbox.StalledUntil <= now && left > Slack)
        {
            sandbox.AwaitsStep = true;
            simulation.Events.Put(now + (left / sandbox.Rate), EventKind.StepEnd, sandbox.Index);
            return;
        }

        Prefill(sandbox, now);
    }

    private void Prefill(SandboxState sandbox, double now)
    {
        var spec = _state.Cluster.Backbones[sandbox.Backbone];
        var most = simulation.MostPrefill(spec);
        var wasComputing = sandbox.IsComputing;
        _state.Bill(sandbox, now);

        while (sandbox.Queue.Count > 0 && sandbox.Batch.Count < most && sandbox.Running.Count + sandbox.Batch.Count < _state.System.MostBatch * 4)
        {
            var call = sandbox.Queue.First;

            if (_state.System.Refuses && IsHopeless(call, spec, now))
            {
                sandbox.Queue.Take();
                Refuse(sandbox, call, now);
                continue;
            }

            var gigabytes = _state.KvGigabytes(call);

            if (_state.Free[sandbox.Device] < gigabytes && !simulation.Bringing.MakeRoom(sandbox.Device, gigabytes, simulation.Trace.Function[call], now))
            {
                break;
            }

            sandbox.Queue.Take();
            _state.Hold(sandbox, gigabytes, now);
            sandbox.Batch.Put(call);
        }

        if (sandbox.Batch.Count == 0)
        {
            simulation.MaybeIdle(sandbox, now);
            return;
        }

        if (!wasComputing)
        {
            _state.Computing[sandbox.Device]++;
        }

        var first = sandbox.KernelsWarm ? 0 : _state.Cluster.KernelsMs;
        sandbox.KernelsWarm = true;
        var rows = _state.System.MixesPrefill ? spec.StepPerCallMs * sandbox.Running.Count : 0;
        var time = (spec.PrefillMs + (spec.PrefillPerCallMs * (sandbox.Batch.Count - 1)) + rows) * Math.Max(1, _state.Computing[sandbox.Device]);
        sandbox.PrefillMs = first + time;
        RateChanged(sandbox.Device, now);
        sandbox.PrefillUntil = now + (sandbox.PrefillMs / 1000);
        simulation.Events.Put(sandbox.PrefillUntil, EventKind.PrefillDone, sandbox.Index);
    }

    /// <summary>A call came to this device: what the host does for it, it does not do for those whose first tokens are being made.</summary>
    public void HostTaken(int device)
    {
        for (var index = 0; index < _state.On[device].Count && _state.Cluster.HostMs > 0; index++)
        {
            _state.On[device][index].PrefillUntil += _state.Cluster.HostMs / 1000;
        }
    }

    public void PrefillDone(SandboxState sandbox, double now)
    {
        if (sandbox.PrefillUntil > now)
        {
            simulation.Events.Put(sandbox.PrefillUntil, EventKind.PrefillDone, sandbox.Index);
            return;
        }

        Advance(sandbox, now);
        _state.Bill(sandbox, now);

        if (sandbox.Running.Count == 0)
        {
            // Nobody's tokens are counted: steps begin anew.
            sandbox.Tokens = Math.Ceiling(sandbox.Tokens);
        }

        while (sandbox.Batch.Count > 0)
        {
            var call = sandbox.Batch.Take();
            _log.FirstToken[call] = now;
            sandbox.Running.Put(sandbox.Tokens + simulation.Trace.OutputTokens[call] - 1, call);
        }

        TryPrefill(sandbox, now);
        RateChanged(sandbox.Device, now);
    }

    public void Finish(SandboxState sandbox, int version, double now)
    {
        if (version != sandbox.Version)
        {
            return;
        }

        Advance(sandbox, now);
        _state.Bill(sandbox, now);

        while (sandbox.Running.Count > 0 && sandbox.Running.NextAt <= sandbox.Tokens + Slack)
        {
            var call = sandbox.Running.Take();
            _log.Done[call] = now;
            sandbox.Residence += (sandbox.Residence == 0 ? 1 : Newest) * (now - _log.Ready[call] - sandbox.Residence);
            _state.Hold(sandbox, -_state.KvGigabytes(call), now);
            _state.AdapterCalls[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]--;
        }

        sandbox.LastUse = now;

        if (!sandbox.IsComputing)
        {
            _state.Computing[sandbox.Device]--;
        }

        TryPrefill(sandbox, now);
        RateChanged(sandbox.Device, now);
        simulation.MaybeIdle(sandbox, now);
        simulation.MemoryFreed(sandbox.Device, now);
    }

    private void Refuse(SandboxState sandbox, int call, double now)
    {
        _log.Refused[call] = true;
        _log.Done[call] = now;
        _state.AdapterCalls[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]--;
    }

    private bool IsHopeless(int call, BackboneSpec spec, double now) =>
        ((now - simulation.Trace.Arrival[call]) * 1000) + spec.PrefillMs > simulation.SloMs(spec);

    private bool IsRefused(SandboxState sandbox, int call, double now)
    {
        var slo = simulation.SloMs(_state.Cluster.Backbones[sandbox.Backbone]) / 1000;
        var snapshot = new QueueSnapshot
        {
            TimeLeft = TimeSpan.FromSeconds(Timeout - (now - simulation.Trace.Arrival[call])),
            SloLeft = TimeSpan.FromSeconds(slo - (now - simulation.Trace.Arrival[call])),
            Running = sandbox.Running.Count + sandbox.Batch.Count,
            Waiting = sandbox.Queue.Count,
            Slots = _state.System.MostBatch,
            Contenders = Math.Max(1, _state.Computing[sandbox.Device]),
            Residence = TimeSpan.FromSeconds(sandbox.Residence),
            Profile = _profiles[sandbox.Backbone],
        };

        return QueuePolicy.Judge(snapshot) is not QueueVerdict.Enter;
    }

    /// <summary>What a worker has learnt of a backbone after some batches of one and two.</summary>
    private static BatchProfile Learnt(BackboneSpec spec)
    {
        var profile = BatchProfile.Unseen;

        for (var observation = 0; observation < 4 * QueuePolicy.Mature; observation++)
        {
            var batch = 1 + (observation % 2);
            profile = profile.Observe(batch, TimeSpan.FromMilliseconds(spec.PrefillMs + (spec.PrefillPerCallMs * (batch - 1))));
        }

        return profile;
    }

    private static void Advance(SandboxState sandbox, double now)
    {
        var from = Math.Max(sandbox.TokensAt, Math.Min(now, sandbox.StalledUntil));
        sandbox.Tokens += (now - from) * sandbox.Rate;
        sandbox.TokensAt = now;
    }

    private void RateChanged(int device, double now)
    {
        foreach (var sandbox in _state.On[device])
        {
            if (sandbox.Running.Count > 0)
            {
                Advance(sandbox, now);
                Reschedule(sandbox, now);
            }
        }
    }

    private void Reschedule(SandboxState sandbox, double now)
    {
        var spec = _state.Cluster.Backbones[sandbox.Backbone];
        var step = (spec.StepMs + (spec.StepPerCallMs * (sandbox.Running.Count - 1))) * (1 + _state.System.StepOverhead) * Math.Max(1, _state.Computing[sandbox.Device]);
        sandbox.Version++;
        sandbox.Rate = !sandbox.IsPrefilling ? 1000 / step : _state.System.MixesPrefill ? 1000 / sandbox.PrefillMs : 0;

        if (sandbox.Running.Count > 0 && sandbox.Rate > 0)
        {
            var tokens = Math.Max(0, sandbox.Running.NextAt - sandbox.Tokens);
            simulation.Events.Put(Math.Max(now, sandbox.StalledUntil) + (tokens / sandbox.Rate), EventKind.Finish, sandbox.Index, sandbox.Version);
        }
    }
}
