using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>A fixed time after the last call; nothing is brought ahead.</summary>
internal sealed class FixedWarmth(double seconds) : Warmth
{
    public override double KeepFor(Simulation simulation, SandboxState sandbox) => seconds;

    /// <summary>A shared backbone goes with the last process that was kept on it: its time since the last call is over too.</summary>
    public override double KeepBackboneFor(Simulation simulation, int device, int backbone) => 0;
}
