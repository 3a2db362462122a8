namespace LoraFaaS.Simulator.Running;

/// <summary>Brings what a call needs, one thing after the other or all at once, and makes room for it.</summary>
internal sealed class Bringing(Simulation simulation)
{
    private readonly ClusterState _state = simulation.State;

    /// <summary>What one was found to be missing: 0 nothing, 1 adapter, 2 process, 3 backbone.</summary>
    public int Missing { get; private set; }

    /// <summary>The instant from which a function can compute at a device; NaN where no room could be made.</summary>
    public double Bring(int device, int function, double now)
    {
        var system = _state.System;
        var cluster = _state.Cluster;
        var backboneIndex = _state.Trace.Functions[function].Backbone;
        Missing = 0;
        var sandbox = _state.Find(device, function);

        if (sandbox is null)
        {
            if (!MakeRoom(device, _state.ProcessGigabytes(function) + MissingBackbone(device, backboneIndex), function, now))
            {
                return double.NaN;
            }

            sandbox = _state.Start(device, function, now);
            sandbox.ReadyAt = system.Blanks > 0 ? _state.TakeBlank(device, now) + (cluster.BlankMs / 1000) : now + ((cluster.WarmMs + cluster.LibrariesMs) / 1000);
            sandbox.KernelsWarm = system.Blanks > 0;
            Missing = 2;

            if (!system.SharesBackbone)
            {
                sandbox.ReadyAt = LoadBackbone(device, backboneIndex, system.Overlaps ? now : sandbox.ReadyAt, now + 0);
                Missing = 3;
            }
        }

        var ready = Math.Max(now, sandbox.ReadyAt);

        if (system.SharesBackbone)
        {
            ready = Backbone(device, backboneIndex, function, now, ready);
        }

        return double.IsNaN(ready) ? ready : Adapter(device, function, sandbox, now, ready);
    }

    public void BringBackbone(int device, int backbone, double now)
    {
        _state.AddCopy(device, backbone, now);
        _state.Copy(device, backbone).ReadyAt = LoadBackbone(device, backbone, now, now);
    }

    private double Backbone(int device, int backbone, int function, double now, double ready)
    {
        var copy = _state.Copy(device, backbone);

        if (!copy.Exists)
        {
            if (!MakeRoom(device, _state.Cluster.Backbones[backbone].Gigabytes, function, now))
            {
                return double.NaN;
            }

            _state.AddCopy(device, backbone, now);
            copy.ReadyAt = LoadBackbone(device, backbone, _state.System.Overlaps ? now : ready, now);
            Missing = 3;
        }

        copy.LastUse = now;
        return Math.Max(ready, copy.ReadyAt);
    }

    private double LoadBackbone(int device, int backbone, double begin, double now)
    {
        var spec = _state.Cluster.Backbones[backbone];
        var start = Math.Max(Math.Max(begin, now), _state.DiskLink[device]);
        return _state.DiskLink[device] = start + ((_state.System.FastLoader ? spec.FastLoadMs : spec.LoadMs) / 1000);
    }

    private double Adapter(int device, int function, SandboxState sandbox, double now, double ready)
    {
        var at = _state.AdapterAt(device, function);
        _state.AdapterUse[at] = now;

        if (_state.Adapters[at] == 3)
        {
            return Math.Max(ready, _state.AdapterReady[at]);
        }

        if (!MakeRoom(device, _state.AdapterGigabytes(function), function, now))
        {
            return double.NaN;
        }

        Missing = Math.Max(Missing, 1);
        var system = _state.System;
        var megabytes = _state.Trace.Functions[function].AdapterMegabytes;
        var start = Math.Max(system.Overlaps ? now : ready, _state.DeviceLink[device]);
        var gigabytes = megabytes / 1024;
        var read = (_state.Adapters[at] < 1 ? gigabytes / _state.Cluster.StoreGigabytesPerSecond : 0) + (_state.Adapters[at] < 2 ? gigabytes / _state.Cluster.DiskGigabytesPerSecond : 0);
        var copy = system.CopyMsPerMegabyte is { } each ? each * megabytes / 1000 : gigabytes / _state.Cluster.DeviceGigabytesPerSecond;
        var done = start + read + copy;

        // The link is taken for the copy; attaching is the process's own work.
        _state.DeviceLink[device] = done;
        done += (system.AttachMs ?? _state.Cluster.AttachMs) / 1000;
        _state.AdapterFrom[at] = _state.Adapters[at];
        _state.Adapters[at] = 3;
        _state.AdapterReady[at] = done;
        _state.Hold(sandbox, _state.AdapterGigabytes(function), now);

        if (system.LoadsStall && sandbox.IsComputing)
        {
            simulation.Engine.Stall(sandbox, now, read + copy);
        }

        return Math.Max(ready, done);
    }

    private double MissingBackbone(int device, int backbone) =>
        _state.System.SharesBackbone && !_state.Copy(device, backbone).Exists ? _state.Cluster.Backbones[backbone].Gigabytes : 0;

    /// <summary>Drops what nobody uses until so much is free, least worth first: adapters of shared processes, idle processes, backbones without any.</summary>
    public bool MakeRoom(int device, double gigabytes, int forFunction, double now)
    {
        while (_state.Free[device] < gigabytes)
        {
            if (!DropLeast(device, forFunction, now))
            {
                return false;
            }
        }

        return true;
    }

    private bool DropLeast(int device, int forFunction, double now)
    {
        SandboxState? least = null;
        var leastFunction = -1;
        var value = double.PositiveInfinity;

        foreach (var sandbox in _state.On[device])
        {
            if (_state.System.SharesProcess)
            {
                continue;
            }

            if (!sandbox.IsBusy && sandbox.Domain != forFunction && simulation.Warmth.ValueOf(simulation, device, sandbox.Domain) is var worth && worth < value)
            {
                (least, value) = (sandbox, worth);
            }
        }

        for (var function = 0; function < _state.Trace.Functions.Count && _state.System.SharesProcess; function++)
        {
            var at = _state.AdapterAt(device, function);

            if (_state.Adapters[at] == 3 && function != forFunction && _state.AdapterPins[at] == 0 && _state.AdapterReady[at] <= now
                && simulation.Warmth.ValueOf(simulation, device, function) is var worth && worth < value)
            {
                (leastFunction, value) = (function, worth);
            }
        }

        if (least is not null)
        {
            _state.Stop(least, now);
            return true;
        }

        if (leastFunction >= 0)
        {
            _state.DropAdapter(device, leastFunction, now);
            return true;
        }

        return DropUnusedRoots(device, forFunction, now);
    }

    private bool DropUnusedRoots(int device, int forFunction, double now)
    {
        var own = _state.Trace.Functions[forFunction].Backbone;

        for (var backbone = 0; backbone < _state.Cluster.Backbones.Count; backbone++)
        {
            if (backbone != own && _state.Copy(device, backbone) is { Exists: true, Users: 0 })
            {
                _state.DropCopy(device, backbone, now);
                return true;
            }
        }

        foreach (var sandbox in _state.On[device])
        {
            if (_state.System.SharesProcess && !sandbox.IsBusy && sandbox.Domain != _state.DomainOf(forFunction))
            {
                _state.Stop(sandbox, now);
                return true;
            }
        }

        return false;
    }
}
