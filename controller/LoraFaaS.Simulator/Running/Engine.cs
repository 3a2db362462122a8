using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Events;

namespace LoraFaaS.Simulator.Running;

/// <summary>
/// Prefill in batches, T(b) = T0 + α(b−1), stretched by the number of processes that compute on the device (papers A6); decoding of all of a process's
/// sequences at one rate, while it prefills one token a prefill or none by the system, and stopped while it is stalled. A prefill begins between two steps.
/// </summary>
internal sealed class Engine(Simulation simulation)
{
    /// <summary>The tier, as a number.</summary>
    private const byte OnDevice = 3;

    /// <summary>Of a token: so near to its end a step is over.</summary>
    private const double Slack = 1e-6;

    private readonly ClusterState _state = simulation.State;
    private readonly CallLog _log = simulation.Log;
    private readonly Places _places = new(simulation);
    private readonly bool[] _pinned = new bool[simulation.Trace.Count];

    public void Enqueue(SandboxState sandbox, int call, double now)
    {
        if (_state.System.JudgesQueue && _places.IsRefused(sandbox, call, now))
        {
            Refuse(sandbox, call, now);
            simulation.MaybeIdle(sandbox, now);
            return;
        }

        sandbox.Queue.Put(call);
        _places.Grant(sandbox);
        TryPrefill(sandbox, now);
    }

    /// <summary>A call that waited has its adapter again.</summary>
    public void IsBack(SandboxState sandbox, int call, double now)
    {
        sandbox.Awaited--;
        sandbox.Back.Put(call);
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
        if (sandbox.IsPrefilling || sandbox.AwaitsStep || (sandbox.Queue.Count == 0 && sandbox.Back.Count == 0))
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
        var wasComputing = sandbox.IsComputing;
        _state.Bill(sandbox, now);
        Fill(sandbox, spec, now);

        if (sandbox.Batch.Count == 0)
        {
            simulation.MaybeIdle(sandbox, now);
            return;
        }

        BringNext(sandbox, spec, now);

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

    /// <summary>
    /// Calls in their order, as many as a batch and the memory hold. Calls behind the next batch hold no adapter: with hundreds of them the device would be full of what nobody computes with.
    /// One whose turn has come when its adapter is gone gets its own memory, and waits for the adapter beside the others.
    /// </summary>
    private void Fill(SandboxState sandbox, BackboneSpec spec, double now)
    {
        var most = simulation.MostPrefill(spec);

        while (sandbox.Batch.Count < most && sandbox.Running.Count + sandbox.Batch.Count + sandbox.Awaited < _state.System.MostRunning)
        {
            var line = sandbox.Back.Count > 0 ? sandbox.Back : sandbox.Queue;

            if (line.Count == 0)
            {
                return;
            }

            var call = line.First;
            var adapter = _state.AdapterAt(sandbox.Device, simulation.Trace.Function[call]);
            var gigabytes = _state.KvGigabytes(call);
            var isBack = line == sandbox.Back;

            if (!isBack && _state.System.Refuses && IsHopeless(call, spec, now))
            {
                Places.TakeFirst(sandbox);
                Refuse(sandbox, call, now);
                continue;
            }

            if (gigabytes > _state.Cluster.DeviceGigabytes - spec.Gigabytes - _state.Cluster.ContextGigabytes)
            {
                // No device ever has room for it, and nobody behind it waits for that.
                Places.TakeFirst(sandbox);
                Unpin(sandbox, call);
                _state.AdapterCalls[adapter]--;
                continue;
            }

            if (!isBack)
            {
                if (!HasRoom(sandbox, call, gigabytes, now))
                {
                    return;
                }

                _state.Hold(sandbox, gigabytes, now);

                if (_state.Adapters[adapter] != OnDevice || _state.AdapterReady[adapter] > now)
                {
                    if (sandbox.Awaited >= most || !simulation.BringBack(sandbox, call, now))
                    {
                        _state.Hold(sandbox, -gigabytes, now);
                        return;
                    }

                    Pin(sandbox, Places.TakeFirst(sandbox));
                    continue;
                }

                Pin(sandbox, call);
            }

            sandbox.Batch.Put(isBack ? sandbox.Back.Take() : Places.TakeFirst(sandbox));
        }
    }

    /// <summary>Room for a call's tokens and its adapter. Where nothing runs that would give any back, those behind let their adapters go.</summary>
    private bool HasRoom(SandboxState sandbox, int call, double gigabytes, double now)
    {
        var function = simulation.Trace.Function[call];
        var needed = gigabytes + (_state.Adapters[_state.AdapterAt(sandbox.Device, function)] == OnDevice ? 0 : _state.AdapterGigabytes(function));

        if (_state.Free[sandbox.Device] >= needed || simulation.Bringing.MakeRoom(sandbox.Device, needed, function, now))
        {
            return true;
        }

        if (sandbox.IsComputing || sandbox.Awaited > 0)
        {
            return false;
        }

        for (var position = 1; position < sandbox.Queue.Count; position++)
        {
            Unpin(sandbox, sandbox.Queue[position]);
        }

        return simulation.Bringing.MakeRoom(sandbox.Device, needed, function, now);
    }

    /// <summary>While a batch computes, the adapters of the one after it come.</summary>
    private void BringNext(SandboxState sandbox, BackboneSpec spec, double now)
    {
        var next = _state.System.SharesProcess ? Math.Min(sandbox.Queue.Count, simulation.MostPrefill(spec)) : 0;

        for (var position = 0; position < next; position++)
        {
            var call = sandbox.Queue[position];
            var function = simulation.Trace.Function[call];

            if (_state.Adapters[_state.AdapterAt(sandbox.Device, function)] != OnDevice && double.IsNaN(simulation.Bringing.Bring(sandbox.Device, function, now)))
            {
                return;
            }

            Pin(sandbox, call);
        }
    }

    /// <summary>Its adapter stays from now on until it ends.</summary>
    public void Pin(SandboxState sandbox, int call)
    {
        if (!_pinned[call])
        {
            _pinned[call] = true;
            _state.AdapterPins[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]++;
        }
    }

    private void Unpin(SandboxState sandbox, int call)
    {
        if (_pinned[call])
        {
            _pinned[call] = false;
            _state.AdapterPins[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]--;
        }
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

        _places.LearnPace(sandbox, sandbox.Batch.Count);

        while (sandbox.Batch.Count > 0)
        {
            var call = sandbox.Batch.Take();
            _log.FirstToken[call] = now;
            _places.Learn(sandbox, call);
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
            _places.Left(sandbox, call);
            _state.Hold(sandbox, -_state.KvGigabytes(call), now);
            _state.AdapterCalls[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]--;
            Unpin(sandbox, call);
        }

        _places.Grant(sandbox);
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
        Unpin(sandbox, call);
        _state.AdapterCalls[_state.AdapterAt(sandbox.Device, simulation.Trace.Function[call])]--;
    }

    private bool IsHopeless(int call, BackboneSpec spec, double now) =>
        ((now - simulation.Trace.Arrival[call]) * 1000) + spec.PrefillMs > simulation.SloMs(spec);

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
