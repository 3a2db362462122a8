using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Policies.Preloading;
using LoraFaaS.Simulator.Running;

namespace LoraFaaS.Simulator.Baselines;

/// <summary>
/// LoraFaaS: the predictors, the gate, the planner and the placement policy of the product, asked as its control loop asks them. The one thing of its own
/// is the translation of the simulated cluster into their words.
/// </summary>
/// <param name="priceMs">Milliseconds of a first token that a GiB of device memory must save in each second it is held; 0: memory is there anyway.</param>
internal class PlannedWarmth(double priceMs) : Warmth
{
    /// <summary>The worker's.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    private readonly PlacementView _placement = new();
    private PlanView _view = null!;
    private FunctionTrack[] _tracks = [];
    private int[] _calls = [];
    private double[] _worth = [];
    private DecayingRate[] _rates = [];
    private ForecastPanel _panel = null!;
    private CallForecast[] _candidates = [];
    private CallForecast[] _chosen = [];
    private PredictorKind[] _trusted = [];
    private int _ticks;

    public override double Interval => ArrivalHistory.CellSeconds;

    public override void Begin(Simulation simulation)
    {
        var count = simulation.Trace.Functions.Count;
        var shape = LstmShape.Default with { Functions = 2 };
        _panel = new ForecastPanel(LstmNetwork.New(shape, 1));
        _tracks = [.. Enumerable.Range(0, count).Select(_ => new FunctionTrack(0, new ArrivalHistory(DateTimeOffset.UnixEpoch), new GateScores(), shape))];
        _calls = new int[count];
        _worth = new double[count];
        _rates = new DecayingRate[count];
        _candidates = new CallForecast[count * ForecastPanel.Predictors];
        _chosen = new CallForecast[count];
        _trusted = new PredictorKind[count];
        _view = new PlanView(simulation.State);
        _placement.Begin(simulation.State);
    }

    public override void Arrived(Simulation simulation, int function)
    {
        _calls[function]++;
        _rates[function] = _rates[function].Observe(TimeSpan.FromSeconds(simulation.Now), HalfLife);
    }

    public override int Route(Simulation simulation, int function) =>
        simulation.State.Cluster.Devices == 1 ? 0 : _placement.Route(simulation, function);

    public override double KeepFor(Simulation simulation, SandboxState sandbox) => double.PositiveInfinity;

    /// <summary>As the worker's offloading weighs: rate × what the next use would wait for ÷ bytes.</summary>
    public override double ValueOf(Simulation simulation, int device, int function)
    {
        var state = simulation.State;
        var process = state.System.SharesProcess ? 0 : Estimate.ProcessMs(state);
        var gigabytes = state.AdapterGigabytes(function) + (state.System.SharesProcess ? 0 : state.Cluster.ContextGigabytes);
        return _rates[function].PerSecond(TimeSpan.FromSeconds(simulation.Now), HalfLife) * (process + Estimate.AttachMs(state, function)) / gigabytes;
    }

    public override void Tick(Simulation simulation)
    {
        if (_ticks++ > 0 && Forecasts)
        {
            Observe();
        }

        for (var function = 0; function < _tracks.Length; function++)
        {
            _worth[function] = Worth(simulation, function);
        }

        Apply(simulation, PreloadPlanner.Plan(_view.Request(_worth, priceMs)));
    }

    private void Observe()
    {
        for (var function = 0; function < _tracks.Length; function++)
        {
            _tracks[function].History.Append(_calls[function]);
            _calls[function] = 0;
        }

        if (_tracks[0].History.OpenCells == 0)
        {
            _panel.Step(_tracks, _candidates, _chosen, _trusted);
        }
        else
        {
            _panel.Glance(_tracks, _chosen, _trusted);
        }
    }

    protected virtual bool Forecasts => true;

    /// <summary>Memory that is there anyway is worth the chance of a call while the plan lasts; memory that is paid for is worth it by the second.</summary>
    protected virtual double Worth(Simulation simulation, int function) => priceMs <= 0 ? _chosen[function].FiveMinutes.AtLeastOne : HoldingIndex.Of(_chosen[function]);

    private void Apply(Simulation simulation, PreloadPlan plan)
    {
        // What leaves goes first: what comes may need the room.
        foreach (var entry in plan.Entries)
        {
            if (entry.Action is PreloadAction.Offload)
            {
                _view.Offload(simulation, entry);
            }
        }

        foreach (var entry in plan.Entries)
        {
            if (entry.Action is PreloadAction.Load && entry.Tier is StorageTier.Device)
            {
                _view.Load(simulation, entry);
            }
        }
    }
}
