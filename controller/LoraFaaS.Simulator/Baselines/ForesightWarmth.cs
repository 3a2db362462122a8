using LoraFaaS.Policies.Preloading;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// LoraFaaS's planner and placement, with the true time of each function's next call in the place of its forecast, and a look every second. What it
/// loses against the forecast's plan is nothing but the forecast.
/// </summary>
internal sealed class ForesightWarmth(double priceMs) : PlannedWarmth(priceMs)
{
    private FutureCalls? _future;

    public override double Interval => 1;

    public override void Begin(Simulation simulation)
    {
        base.Begin(simulation);
        _future = new FutureCalls(simulation.Trace);
    }

    public override void Arrived(Simulation simulation, int function)
    {
        base.Arrived(simulation, function);
        _future!.Arrived(function);
    }

    protected override bool Forecasts => false;

    /// <summary>The holding index of a certain call: one, over the time until it.</summary>
    protected override double Worth(Simulation simulation, int function) =>
        HoldingIndex.Span.TotalSeconds / Math.Max(1, _future!.NextOf(function) - simulation.Now);
}
