using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// ServerlessLoRA (papers A5, A7): processes stay for a minute, the backbone stays, what leaves under pressure is what has the least value density:
/// latency saved × rate of the last minute ÷ bytes. Its pre-loading fills processes that exist; with a process a function there is nothing to fill
/// that its keep-alive does not hold already, so no rule for that is needed here.
/// </summary>
internal sealed class DensityWarmth(double keepAlive = 60) : Warmth
{
    private double[] _rate = [];
    private double[] _at = [];

    public override void Begin(Simulation simulation)
    {
        _rate = new double[simulation.Trace.Functions.Count];
        _at = new double[simulation.Trace.Functions.Count];
    }

    public override void Arrived(Simulation simulation, int function)
    {
        _rate[function] = (_rate[function] * Math.Exp((_at[function] - simulation.Now) / 60)) + (1.0 / 60);
        _at[function] = simulation.Now;
    }

    public override double KeepFor(Simulation simulation, SandboxState sandbox) => keepAlive;

    public override double ValueOf(Simulation simulation, int device, int function)
    {
        var state = simulation.State;
        var rate = _rate[function] * Math.Exp((_at[function] - simulation.Now) / 60);
        return rate * (Estimate.ProcessMs(state) + state.Cluster.AttachMs) / (state.Cluster.ContextGigabytes + state.AdapterGigabytes(function));
    }
}
