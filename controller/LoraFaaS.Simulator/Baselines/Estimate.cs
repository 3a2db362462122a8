using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>What routers expect of a device, milliseconds.</summary>
internal static class Estimate
{
    /// <summary>Until a function's artifacts are in place there.</summary>
    public static double ColdMs(Simulation simulation, int device, int function)
    {
        var state = simulation.State;
        var spec = state.Cluster.Backbones[state.Trace.Functions[function].Backbone];
        var sandbox = state.Find(device, function);
        var ms = sandbox is null ? ProcessMs(state) : Math.Max(0, sandbox.ReadyAt - simulation.Now) * 1000;
        var backbone = state.Copy(device, state.Trace.Functions[function].Backbone);

        if (state.System.SharesBackbone ? !backbone.Exists : sandbox is null)
        {
            ms += state.System.FastLoader ? spec.FastLoadMs : spec.LoadMs;
        }
        else if (state.System.SharesBackbone)
        {
            ms = Math.Max(ms, (backbone.ReadyAt - simulation.Now) * 1000);
        }

        if (state.Adapters[state.AdapterAt(device, function)] < 3)
        {
            ms += state.System.AttachMs ?? state.Cluster.AttachMs;
        }

        return ms;
    }

    /// <summary>Work that is already there: it stretches prefill by the processes that compute, and stands in the queue.</summary>
    public static double LoadMs(Simulation simulation, int device, int function)
    {
        var state = simulation.State;
        var spec = state.Cluster.Backbones[state.Trace.Functions[function].Backbone];
        var waiting = 0;

        foreach (var sandbox in state.On[device])
        {
            waiting += sandbox.Waiting + sandbox.Loading;
        }

        return (spec.PrefillMs * state.Computing[device]) + (spec.PrefillPerCallMs * waiting) + (state.Free[device] < state.Cluster.ContextGigabytes + 1 ? 200 : 0);
    }

    /// <summary>An adapter from host memory until it can be used.</summary>
    public static double AttachMs(ClusterState state, int function)
    {
        var megabytes = state.Trace.Functions[function].AdapterMegabytes;
        var copy = state.System.CopyMsPerMegabyte is { } each ? each * megabytes : megabytes / 1.024 / state.Cluster.DeviceGigabytesPerSecond;
        return (state.System.AttachMs ?? state.Cluster.AttachMs) + copy;
    }

    /// <summary>A process until it can compute, its backbone and adapter not counted.</summary>
    public static double ProcessMs(ClusterState state) =>
        state.System.Blanks > 0 ? state.Cluster.BlankMs : state.Cluster.WarmMs + state.Cluster.LibrariesMs + state.Cluster.KernelsMs;
}
