using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// P-LoRA (papers B2, B3): every 100 ms the adapters most likely to be called in the next interval by what the last 30 s showed; those over a
/// threshold are fetched, the lowest sum of recency, frequency and probability leaves. Threshold and weights were not published: a half, and thirds.
/// Its network is stood in for by the rate of its own window, which is what 30 s of counts can tell of the next second.
/// </summary>
internal sealed class PrefetchWarmth : AlwaysOnWarmth
{
    private const double Window = 30;
    private const double Threshold = 0.5;

    private double[] _rate = [];
    private double[] _at = [];
    private int[] _calls = [];
    private int _most = 1;

    public override double Interval => 0.1;

    public override void Begin(Simulation simulation)
    {
        _rate = new double[simulation.Trace.Functions.Count];
        _at = new double[_rate.Length];
        _calls = new int[_rate.Length];
        base.Begin(simulation);
    }

    public override void Arrived(Simulation simulation, int function)
    {
        _rate[function] = (_rate[function] * Math.Exp((_at[function] - simulation.Now) / Window)) + (1 / Window);
        _at[function] = simulation.Now;
        _most = Math.Max(_most, ++_calls[function]);
    }

    public override void Tick(Simulation simulation)
    {
        for (var function = 0; function < _rate.Length; function++)
        {
            if (_at[function] > 0 && Probability(simulation, function) > Threshold)
            {
                for (var device = 0; device < simulation.State.Cluster.Devices; device++)
                {
                    if (simulation.State.Find(device, function) is not null && simulation.State.Adapters[simulation.State.AdapterAt(device, function)] < 3)
                    {
                        simulation.Preload(device, function);
                    }
                }
            }
        }
    }

    public override double ValueOf(Simulation simulation, int device, int function) =>
        (Math.Exp((simulation.State.AdapterUse[simulation.State.AdapterAt(device, function)] - simulation.Now) / Window)
            + ((double)_calls[function] / _most) + Probability(simulation, function)) / 3;

    private double Probability(Simulation simulation, int function) =>
        1 - Math.Exp(-_rate[function] * Math.Exp((_at[function] - simulation.Now) / Window));
}
