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

    /// <summary>The tier, as a number.</summary>
    private const byte OnDevice = 3;

    /// <summary>Of a token: so near to its end a step is over.</summary>
    private const double Slack = 1e-6;

    private readonly ClusterState _state = simulation.State;
    private readonly CallLog _log = simulation.Log;

    /// <summary>How many there were when a call was given its place, itself among them, and when that was, seconds.</summary>
    private readonly int[] _company = new int[simulation.Trace.Count];
    private readonly double[] _grantedAt = new double[simulation.Trace.Count];

    public void Enqueue(SandboxState sandbox, int call, double now)
    {
        if (_state.System.JudgesQueue && IsRefused(sandbox, call, now))
        {
            Refuse(sandbox, call, now);
            simulation.MaybeIdle(sandbox, now);
            return;
        }

        sandbox.Queue.Put(call);
        Grant(sandbox, now);
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
    /// Calls in their order, as many as a batch and the memory hold. Calls that wait hold no adapter: with hundreds of them the device would be full of what nobody computes with. One whose
    /// turn has come when its adapter is gone gets its own memory, and waits for the adapter beside the others.
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
                TakeFirst(sandbox);
                Refuse(sandbox, call, now);
                continue;
            }

            if (gigabytes > _state.Cluster.DeviceGigabytes - spec.Gigabytes - _state.Cluster.ContextGigabytes)
            {
                // No device ever has room for it, and nobody behind it waits for that.
                TakeFirst(sandbox);
                _state.AdapterCalls[adapter]--;
                continue;
            }

            if (!isBack)
            {
                if (_state.Free[sandbox.Device] < gigabytes && !simulation.Bringing.MakeRoom(sandbox.Device, gigabytes, simulation.Trace.Function[call], now))
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

                    TakeFirst(sandbox);
                    continue;
                }

                _state.AdapterPins[adapter]++;
            }

            sandbox.Batch.Put(isBack ? sandbox.Back.Take() : TakeFirst(sandbox));
        }
    }

    /// <summary>While a batch computes, the adapters of the one after it come.</summary>
    private void BringNext(SandboxState sandbox, BackboneSpec spec, double now)
    {
        var next = _state.System.SharesProcess ? Math.Min(sandbox.Queue.Count, simulation.MostPrefill(spec)) : 0;

        for (var position = 0; position < next; position++)
        {
            var function = simulation.Trace.Function[sandbox.Queue[position]];

            if (_state.Adapters[_state.AdapterAt(sandbox.Device, function)] != OnDevice && double.IsNaN(simulation.Bringing.Bring(sandbox.Device, function, now)))
            {
                return;
            }
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

        while (sandbox.Batch.Count > 0)
        {
            var call = sandbox.Batch.Take();
            _log.FirstToken[call] = now;
            Learn(sandbox, call, now);
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
            sandbox.Residence += (sandbox.Residence == 0 ? 1 : Newest) * (now - _grantedAt[call] - sandbox.Residence);
            _state.Hold(sandbox, -_state.KvGigabytes(call), now);
            var adapter = _state.AdapterAt(sandbox.Device, simulation.Trace.Function[call]);
            _state.AdapterCalls[adapter]--;
            _state.AdapterPins[adapter]--;
        }

        Grant(sandbox, now);
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
            Waiting = sandbox.Waiting,
            Slots = _state.System.MostRunning,
            Contenders = Math.Max(1, _state.Computing[sandbox.Device]),
            Residence = TimeSpan.FromSeconds(sandbox.Residence),
            Profile = sandbox.Profile,
        };

        return QueuePolicy.Judge(snapshot) is not QueueVerdict.Enter;
    }

    /// <summary>Places that are free go to the first who wait, as the worker's waiting room gives them.</summary>
    private void Grant(SandboxState sandbox, double now)
    {
        var taken = sandbox.Running.Count + sandbox.Batch.Count + sandbox.Back.Count + sandbox.Awaited + sandbox.Granted;

        while (taken < _state.System.MostRunning && sandbox.Granted < sandbox.Queue.Count)
        {
            var call = sandbox.Queue[sandbox.Granted++];
            (_company[call], _grantedAt[call]) = (++taken, now);
        }
    }

    private static int TakeFirst(SandboxState sandbox)
    {
        sandbox.Granted = Math.Max(0, sandbox.Granted - 1);
        return sandbox.Queue.Take();
    }

    /// <summary>As the worker does: the time from the place to the first token, beside so many.</summary>
    private void Learn(SandboxState sandbox, int call, double now)
    {
        if (_state.System.JudgesQueue)
        {
            sandbox.Profile = sandbox.Profile.Observe(_company[call], TimeSpan.FromSeconds(now - _grantedAt[call]) / Math.Max(1, _state.Computing[sandbox.Device]));
        }
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
