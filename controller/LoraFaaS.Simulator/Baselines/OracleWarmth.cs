using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// Knows every call. Between two calls of a function its process stays when holding it costs less than starting it again, and is otherwise there again
/// just before the call; the same for a backbone and the calls of all its functions.
/// </summary>
internal sealed class OracleWarmth(bool packs) : Warmth
{
    private const double Margin = 0.3;

    private readonly PlacementView _placement = new();
    private FutureCalls _future = null!;
    private int[] _home = [];

    public override double Interval => 1;

    public override void Begin(Simulation simulation)
    {
        _future = new FutureCalls(simulation.Trace);
        _home = new int[simulation.Trace.Functions.Count];
        _placement.Begin(simulation.State);
    }

    public override void Arrived(Simulation simulation, int function) => _future.Arrived(function);

    public override int Route(Simulation simulation, int function) => _home[function] = packs ? base.Route(simulation, function) : _placement.Route(simulation, function);

    public override void Tick(Simulation simulation)
    {
        for (var function = 0; function < _home.Length; function++)
        {
            var left = _future.NextOf(function) - simulation.Now;
            var cold = (Estimate.ColdMs(simulation, _home[function], function) / 1000) + Margin;

            if (left > 0 && left <= cold + Interval && left < double.PositiveInfinity && simulation.State.Find(_home[function], function) is not { IsBusy: true })
            {
                simulation.Preload(_home[function], function);
            }
        }
    }

    public override double KeepFor(Simulation simulation, SandboxState sandbox)
    {
        var state = simulation.State;
        var price = state.Cluster.Price;
        var gap = Enumerable.Range(0, _home.Length).Where(function => state.DomainOf(function) == sandbox.Domain).Min(function => _future.NextOf(function)) - simulation.Now;
        var hold = (sandbox.Gigabytes * price.IdleDeviceGigabyte) + (state.Cluster.ProcessHostGigabytes * price.IdleHostGigabyte);
        var start = (Estimate.ProcessMs(state) + state.Cluster.AttachMs) / 1000
            * ((sandbox.Gigabytes * price.ActiveDeviceGigabyte) + (state.Cluster.ProcessHostGigabytes * price.ActiveHostGigabyte) + price.ActiveCore);
        return gap * hold <= start ? double.PositiveInfinity : 0;
    }

    public override double KeepBackboneFor(Simulation simulation, int device, int backbone)
    {
        var state = simulation.State;
        var functions = Enumerable.Range(0, _home.Length).Where(function => state.Trace.Functions[function].Backbone == backbone);
        var gap = functions.Min(function => _future.NextOf(function)) - simulation.Now;
        var load = state.System.FastLoader ? state.Cluster.Backbones[backbone].FastLoadMs : state.Cluster.Backbones[backbone].LoadMs;
        return gap * state.Cluster.Price.IdleDeviceGigabyte <= load / 1000 * state.Cluster.Price.ActiveDeviceGigabyte ? double.PositiveInfinity : 0;
    }

    public override double ValueOf(Simulation simulation, int device, int function) => -_future.NextOf(function);
}
