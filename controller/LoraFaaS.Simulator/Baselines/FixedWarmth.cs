using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>A fixed time after the last call; nothing is brought ahead.</summary>
internal sealed class FixedWarmth(double seconds) : Warmth
{
    public override double KeepFor(Simulation simulation, SandboxState sandbox) => seconds;
}
