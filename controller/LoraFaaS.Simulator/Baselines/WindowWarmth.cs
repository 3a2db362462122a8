using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// InstaInfer's windows (papers A5): with the rate λ of the last calls, load when a call has become likely by 5 % and leave when it was by 85 %.
/// </summary>
internal sealed class WindowWarmth : Warmth
{
    private const int Window = 8;
    private const double LoadAt = 0.05;
    private const double LeaveAt = 0.85;

    private double[] _calls = [];
    private int[] _count = [];

    public override double Interval => 1;

    public override void Begin(Simulation simulation)
    {
        _calls = new double[simulation.Trace.Functions.Count * Window];
        _count = new int[simulation.Trace.Functions.Count];
    }

    public override void Arrived(Simulation simulation, int function) => _calls[(function * Window) + (_count[function]++ % Window)] = simulation.Now;

    public override void Tick(Simulation simulation)
    {
        for (var function = 0; function < _count.Length; function++)
        {
            var rate = Rate(simulation, function, out var since);

            if (rate > 0 && since >= -Math.Log(1 - LoadAt) / rate && since < -Math.Log(1 - LeaveAt) / rate && !IsAnywhere(simulation, function))
            {
                // Only into memory that nobody holds: pre-loading adds no bill and pushes nobody out.
                var device = Route(simulation, function);

                if (simulation.State.Free[device] > simulation.State.ProcessGigabytes(function) + simulation.State.AdapterGigabytes(function))
                {
                    simulation.Preload(device, function);

                    if (simulation.State.Find(device, function) is { } sandbox)
                    {
                        simulation.MaybeIdle(sandbox, simulation.Now);
                    }
                }
            }
        }
    }

    public override double KeepFor(Simulation simulation, SandboxState sandbox)
    {
        var rate = Rate(simulation, sandbox.Domain, out var since);
        return rate > 0 ? Math.Max(1, (-Math.Log(1 - LeaveAt) / rate) - since) : 60;
    }

    private double Rate(Simulation simulation, int function, out double since)
    {
        var known = Math.Min(Window, _count[function]);
        since = double.PositiveInfinity;

        if (known < 2)
        {
            return 0;
        }

        var last = _calls[(function * Window) + ((_count[function] - 1) % Window)];
        var first = _calls[(function * Window) + ((_count[function] - known) % Window)];
        since = simulation.Now - last;
        return (known - 1) / Math.Max(1e-3, last - first);
    }

    private static bool IsAnywhere(Simulation simulation, int function)
    {
        for (var device = 0; device < simulation.State.Cluster.Devices; device++)
        {
            if (simulation.State.Find(device, function) is not null)
            {
                return true;
            }
        }

        return false;
    }
}
