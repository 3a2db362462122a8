using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>What most baselines share: calls go where they are served soonest, what was used longest ago leaves first.</summary>
internal abstract class Warmth : IWarmth
{
    public virtual double Interval => double.PositiveInfinity;

    public virtual void Begin(Simulation simulation)
    {
    }

    public virtual void Arrived(Simulation simulation, int function)
    {
    }

    public virtual void Tick(Simulation simulation)
    {
    }

    public abstract double KeepFor(Simulation simulation, SandboxState sandbox);

    public virtual double KeepBackboneFor(Simulation simulation, int device, int backbone) => double.PositiveInfinity;

    public virtual double ValueOf(Simulation simulation, int device, int function) =>
        simulation.State.AdapterUse[simulation.State.AdapterAt(device, function)];

    public virtual int Route(Simulation simulation, int function)
    {
        var best = 0;
        var bestMs = double.PositiveInfinity;

        for (var device = 0; device < simulation.State.Cluster.Devices; device++)
        {
            var ms = Estimate.ColdMs(simulation, device, function) + Estimate.LoadMs(simulation, device, function);

            if (ms < bestMs)
            {
                (best, bestMs) = (device, ms);
            }
        }

        return best;
    }
}
