using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// All predictors side by side and the gate behind them, for many functions at a time. Owns only room to compute in; one thread.
/// </summary>
public sealed class ForecastPanel
{
    public static readonly int Predictors = GateScores.Predictors;

    private static readonly IPredictor[] Plain = [new LastValuePredictor(), new PoissonRatePredictor(), new WeightedRatePredictor(), new IdleHistogramPredictor()];

    private readonly GroupTrust _groups = new();
    private readonly GateScores _noScores = new();
    private LstmPredictor _network;
    private float[] _features = [];
    private float[] _states = [];
    private int[] _rows = [];
    private CallForecast[] _said = [];

    public ForecastPanel(LstmNetwork network) => _network = new LstmPredictor(network);

    internal GroupTrust Groups => _groups;

    public LstmNetwork Network => _network.Network;

    /// <summary>Goes on with a newer network of the same shape; states are kept.</summary>
    public void Use(LstmNetwork network) => _network = new LstmPredictor(network);

    /// <summary>
    /// At a whole minute: judges what was said before, asks every predictor, and steps the network's states. <paramref name="candidates"/>
    /// is [tracks × predictors], <paramref name="chosen"/> what the gate makes of them, one a track.
    /// </summary>
    public void Step(IReadOnlyList<FunctionTrack> tracks, Span<CallForecast> candidates, Span<CallForecast> chosen, Span<PredictorKind> trusted)
    {
        Span<float> mixed = stackalloc float[ForecastHorizons.Count];
        Ask(tracks, candidates, keepStates: true);

        foreach (var track in tracks)
        {
            track.Pending.Judge(track.History, track.Scores, _groups.LikeOf(track.History));
        }

        _groups.Gather(tracks);

        for (var i = 0; i < tracks.Count; i++)
        {
            var said = candidates.Slice(i * Predictors, Predictors);
            var blend = _groups.BlendOf(tracks[i].History);
            chosen[i] = ForecastGate.Choose(ScoresOf(tracks[i]), _groups.Of(tracks[i].History), blend, said, mixed, out trusted[i]);
            tracks[i].Pending.Remember(tracks[i].History.End, said, mixed, blend);
        }
    }

    /// <summary>
    /// Between whole minutes, for functions that are called now: the network looks at the last sixty seconds, its state stays where the
    /// last whole minute left it, and nothing is judged.
    /// </summary>
    public void Glance(IReadOnlyList<FunctionTrack> tracks, Span<CallForecast> chosen, Span<PredictorKind> trusted)
    {
        Span<float> mixed = stackalloc float[ForecastHorizons.Count];
        var candidates = new CallForecast[tracks.Count * Predictors];
        Ask(tracks, candidates, keepStates: false);

        for (var i = 0; i < tracks.Count; i++)
        {
            var said = candidates.AsSpan(i * Predictors, Predictors);
            var blend = _groups.BlendOf(tracks[i].History);
            chosen[i] = ForecastGate.Choose(ScoresOf(tracks[i]), _groups.Of(tracks[i].History), blend, said, mixed, out trusted[i]);
        }
    }

    private GateScores ScoresOf(FunctionTrack track) => GroupTrust.IsNew(track.History) ? _noScores : track.Scores;

    private void Ask(IReadOnlyList<FunctionTrack> tracks, Span<CallForecast> candidates, bool keepStates)
    {
        AskNetwork(tracks, keepStates);

        for (var i = 0; i < tracks.Count; i++)
        {
            var said = candidates.Slice(i * Predictors, Predictors);
            said[(int)PredictorKind.Prior] = new PriorPredictor(tracks[i].Prior).Forecast(tracks[i].History);
            said[(int)PredictorKind.Lstm] = _said[i];

            foreach (var predictor in Plain)
            {
                said[(int)predictor.Kind] = predictor.Forecast(tracks[i].History);
            }
        }
    }

    private void AskNetwork(IReadOnlyList<FunctionTrack> tracks, bool keepStates)
    {
        var shape = Network.Shape;
        MakeRoom(tracks.Count, shape);

        for (var i = 0; i < tracks.Count; i++)
        {
            _rows[i] = tracks[i].NetworkRow;
            ForecastFeatures.Write(tracks[i].History, _features.AsSpan(i * shape.Features, shape.Features));
            tracks[i].State.CopyTo(_states.AsSpan(i * shape.State));
        }

        var count = tracks.Count;
        _network.Step(_rows.AsSpan(0, count), _features.AsSpan(0, count * shape.Features), _states.AsSpan(0, count * shape.State), _said.AsSpan(0, count));

        for (var i = 0; i < tracks.Count && keepStates; i++)
        {
            _states.AsSpan(i * shape.State, shape.State).CopyTo(tracks[i].State);
        }
    }

    private void MakeRoom(int tracks, LstmShape shape)
    {
        if (_rows.Length >= tracks)
        {
            return;
        }

        _rows = new int[tracks];
        _said = new CallForecast[tracks];
        _features = new float[tracks * shape.Features];
        _states = new float[tracks * shape.State];
    }
}
