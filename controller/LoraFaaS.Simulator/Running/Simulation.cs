using LoraFaaS.Simulator.Baselines;
using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Events;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Running;

/// <summary>One run: a trace on a cluster under a system. The clock is virtual; the same inputs give the same report.</summary>
internal sealed class Simulation
{
    private readonly IntQueue[] _waiting;
    private int _arrived;

    public Simulation(ClusterSpec cluster, Trace trace, SystemSpec system, IWarmth warmth, double sloFactor = 1)
    {
        (Trace, Warmth, SloFactor) = (trace, warmth, sloFactor);
        State = new ClusterState(cluster, system, trace);
        Log = new CallLog(trace.Count);
        Engine = new Engine(this);
        Bringing = new Bringing(this);
        _waiting = [.. Enumerable.Range(0, cluster.Devices).Select(_ => new IntQueue())];
    }

    public Trace Trace { get; }

    public ClusterState State { get; }

    public CallLog Log { get; }

    public EventQueue Events { get; } = new();

    public Engine Engine { get; }

    public Bringing Bringing { get; }

    public IWarmth Warmth { get; }

    public double Now { get; private set; }

    /// <summary>Index of the next call to arrive.</summary>
    public int NextCall => _arrived;

    private double SloFactor { get; }

    public double SloMs(BackboneSpec spec) => spec.SloMs * SloFactor;

    /// <summary>The largest prefill batch that meets the SLO: the policy the gateway's worker uses.</summary>
    public int MostPrefill(BackboneSpec spec)
    {
        var room = SloMs(spec) - spec.PrefillMs;
        return (int)Math.Clamp(Math.Floor(room / spec.PrefillPerCallMs) + 1, 1, State.System.MostBatch);
    }

    public RunReport Run(CancellationToken cancellationToken)
    {
        Play(cancellationToken);
        return RunReport.Of(this);
    }

    /// <summary>Everything, up to the last event.</summary>
    public void Play(CancellationToken cancellationToken)
    {
        Warmth.Begin(this);

        if (Warmth.Interval < double.PositiveInfinity)
        {
            Events.Put(0, EventKind.Tick, 0);
        }

        while (_arrived < Trace.Count || Events.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();

            if (_arrived < Trace.Count && Trace.Arrival[_arrived] <= Events.NextTime)
            {
                Now = Trace.Arrival[_arrived];
                Arrive(_arrived++);
                continue;
            }

            var next = Events.Take();

            if (next.Time > Trace.Length && next.Kind is EventKind.Tick or EventKind.Idle)
            {
                continue;
            }

            Now = next.Time;
            Handle(next);
        }

        State.Close(Math.Max(Now, Trace.Length), Trace.Arrival.Count(arrival => arrival >= Trace.CountFrom));
    }

    /// <summary>Sees to it that an idle process is looked at when its keep-alive is over.</summary>
    public void MaybeIdle(SandboxState sandbox, double now)
    {
        if (!sandbox.Exists || sandbox.IsBusy)
        {
            return;
        }

        SetBusy(sandbox, now, busy: false);
        var keep = Warmth.KeepFor(this, sandbox);
        sandbox.IdleVersion++;

        if (keep < double.PositiveInfinity)
        {
            Events.Put(now + keep, EventKind.Idle, sandbox.Index, sandbox.IdleVersion);
        }
    }

    /// <summary>Calls that found no room try again.</summary>
    public void MemoryFreed(int device, double now)
    {
        for (var left = _waiting[device].Count; left > 0; left--)
        {
            if (!TryBegin(_waiting[device].First, device, now))
            {
                return;
            }

            _waiting[device].Take();
        }

        // By index: a prefill may make room and so stop others.
        for (var index = 0; index < State.On[device].Count; index++)
        {
            Engine.TryPrefill(State.On[device][index], now);
        }
    }

    /// <summary>Brings a function's artifacts to a device ahead of calls; false where there was no room.</summary>
    public bool Preload(int device, int function)
    {
        var ready = Bringing.Bring(device, function, Now);

        if (ready > Now && Now >= Trace.CountFrom)
        {
            State.ChargeLoading(device, function, ready - Now);
        }

        if (!double.IsNaN(ready) && State.Find(device, function) is { IsBusy: false } sandbox)
        {
            sandbox.KernelsWarm = true;
            sandbox.LastUse = Math.Max(sandbox.LastUse, ready);
            sandbox.IdleVersion++;
        }

        return !double.IsNaN(ready);
    }

    /// <summary>Brings a shared backbone to a device ahead of calls, if there is room.</summary>
    public void PreloadBackbone(int device, int backbone)
    {
        if (State.System.SharesBackbone && !State.Copy(device, backbone).Exists && State.Free[device] >= State.Cluster.Backbones[backbone].Gigabytes)
        {
            Bringing.BringBackbone(device, backbone, Now);
        }
    }

    /// <summary>Stops an idle process; and its backbone where it was the last and nothing keeps it.</summary>
    public void Stop(SandboxState sandbox)
    {
        State.Stop(sandbox, Now);

        if (State.System.SharesBackbone && State.Copy(sandbox.Device, sandbox.Backbone) is { Exists: true, Users: 0 } && Warmth.KeepBackboneFor(this, sandbox.Device, sandbox.Backbone) <= 0)
        {
            State.DropCopy(sandbox.Device, sandbox.Backbone, Now);
        }

        MemoryFreed(sandbox.Device, Now);
    }

    private void Arrive(int call)
    {
        var function = Trace.Function[call];
        var device = Warmth.Route(this, function);
        Warmth.Arrived(this, function);
        Engine.HostTaken(device);

        if (_waiting[device].Count > 0 || !TryBegin(call, device, Now))
        {
            _waiting[device].Put(call);
        }
    }

    private bool TryBegin(int call, int device, double now)
    {
        var function = Trace.Function[call];
        var before = State.Find(device, function);

        if (before is not null)
        {
            State.Bill(before, now);
        }

        var adapter = State.AdapterAt(device, function);
        var found = State.Adapters[adapter] == 3 && State.AdapterReady[adapter] > now ? State.AdapterFrom[adapter] : State.Adapters[adapter];

        // Whoever has a whole batch before him has his adapter brought while that computes: before, it would only push out those whose turn is nearer.
        var waits = before is not null && before.ReadyAt <= now && State.System.SharesProcess && before.Waiting + before.Loading >= MostPrefill(State.Cluster.Backbones[before.Backbone]);
        var ready = waits ? now : Bringing.Bring(device, function, now);

        if (double.IsNaN(ready))
        {
            return false;
        }

        Log.Found[call] = found;

        ready = Math.Max(ready, now + (State.System.DispatchMs / 1000));
        var sandbox = State.Find(device, function)!;
        var wasIdle = !sandbox.IsBusy;
        State.Bill(sandbox, now);
        sandbox.Loading++;
        sandbox.IdleVersion++;
        State.AdapterCalls[adapter]++;

        if (!waits)
        {
            Engine.Pin(sandbox, call);
        }

        if (wasIdle)
        {
            SetBusy(sandbox, now, busy: true);
        }

        Log.Sandbox[call] = sandbox.Index;
        Log.Ready[call] = ready;
        Log.Cold[call] = (float)(ready - Trace.Arrival[call] + (sandbox.KernelsWarm ? 0 : State.Cluster.KernelsMs / 1000));
        var missing = waits ? 0 : Bringing.Missing;
        Log.ColdBy[call] = (byte)(ready > now + 1e-9 ? Math.Max(1, missing) : missing);

        if (ready <= now)
        {
            Begin(sandbox, call, now);
        }
        else
        {
            Events.Put(ready, EventKind.Ready, call);
        }

        return true;
    }

    private void Begin(SandboxState sandbox, int call, double now)
    {
        State.Bill(sandbox, now);
        sandbox.Loading--;
        Engine.Enqueue(sandbox, call, now);
    }

    /// <summary>Brings back the adapter of a call whose turn has come, and which left while it waited. False: there is no room for it.</summary>
    public bool BringBack(SandboxState sandbox, int call, double now)
    {
        var function = Trace.Function[call];
        var ready = Bringing.Bring(sandbox.Device, function, now);

        if (double.IsNaN(ready))
        {
            return false;
        }

        sandbox.Awaited++;
        Log.Cold[call] += (float)(ready - now);
        Log.ColdBy[call] = Math.Max(Log.ColdBy[call], (byte)1);
        Events.Put(ready, EventKind.Back, call);
        return true;
    }

    private void Handle(in SimEvent next)
    {
        switch (next.Kind)
        {
            case EventKind.Back:
                Engine.IsBack(State.Sandboxes[Log.Sandbox[next.Subject]], next.Subject, Now);
                break;
            case EventKind.Ready:
                Begin(State.Sandboxes[Log.Sandbox[next.Subject]], next.Subject, Now);
                break;
            case EventKind.PrefillDone:
                Engine.PrefillDone(State.Sandboxes[next.Subject], Now);
                break;
            case EventKind.StepEnd:
                Engine.StepEnded(State.Sandboxes[next.Subject], Now);
                break;
            case EventKind.Finish:
                Engine.Finish(State.Sandboxes[next.Subject], next.Version, Now);
                break;
            case EventKind.Idle when State.Sandboxes[next.Subject] is { Exists: true, IsBusy: false } sandbox && sandbox.IdleVersion == next.Version:
                Stop(sandbox);
                break;
            case EventKind.Tick:
                Warmth.Tick(this);
                Events.Put(Now + Warmth.Interval, EventKind.Tick, 0);
                break;
        }
    }

    private void SetBusy(SandboxState sandbox, double now, bool busy)
    {
        if (sandbox.IsCounted == busy)
        {
            return;
        }

        sandbox.IsCounted = busy;

        if (State.System.SharesBackbone)
        {
            State.Use(sandbox.Device, sandbox.Backbone, busy, now);
        }
    }
}
