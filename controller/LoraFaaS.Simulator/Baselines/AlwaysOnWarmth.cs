using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>Everything that fits is there from the start and stays.</summary>
internal class AlwaysOnWarmth : Warmth
{
    public override void Begin(Simulation simulation)
    {
        var state = simulation.State;

        // Devices take turns among the backbones; an engine that does not mix functions has one process for each.
        for (var device = 0; device < state.Cluster.Devices; device++)
        {
            for (var function = 0; function < state.Trace.Functions.Count; function++)
            {
                if (device % state.Cluster.Backbones.Count == state.Trace.Functions[function].Backbone % state.Cluster.Devices && state.Find(device, function) is null)
                {
                    simulation.Preload(device, function);
                }
            }
        }
    }

    public override double KeepFor(Simulation simulation, SandboxState sandbox) => double.PositiveInfinity;
}
