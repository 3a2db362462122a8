using System.Diagnostics;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>
/// Plays a trace minute by minute through the panel the controller uses. The network's state settles before the learned part ends; the gate
/// hears scores only after it, so that nothing is judged on what the network was taught.
/// </summary>
internal sealed class TraceScoring(TraceSet set, LstmNetwork network)
{
    private const int Settling = 120;

    private readonly int[] _cells = new int[CellSplit.Cells];

    public TimeSpan PanelTime { get; private set; }

    public long PanelSteps { get; private set; }

    public Scoreboard Run()
    {
        var board = new Scoreboard(set);
        var panel = new ForecastPanel(network);
        List<FunctionTrack> tracks = [.. set.Series.Select(series => Track(series, new ArrivalHistory(set.Start), new GateScores()))];
        var candidates = new CallForecast[tracks.Count * ForecastPanel.Predictors];
        var chosen = new CallForecast[tracks.Count];
        var trusted = new PredictorKind[tracks.Count];

        for (var minute = 0; minute < set.Minutes; minute++)
        {
            for (var i = 0; i < tracks.Count; i++)
            {
                CellSplit.Split(set.Series[i], minute, _cells);
                tracks[i].History.Append(_cells);
            }

            if (minute + 1 < set.LearnEnd - Settling)
            {
                continue;
            }

            if (minute + 1 == set.LearnEnd)
            {
                tracks = Restart(tracks);
                panel = new ForecastPanel(network);
            }

            var started = Stopwatch.GetTimestamp();
            panel.Step(tracks, candidates, chosen, trusted);
            PanelTime += Stopwatch.GetElapsedTime(started);
            PanelSteps += tracks.Count;

            for (var i = 0; i < tracks.Count && minute + 1 >= set.ScoreFrom; i++)
            {
                board.Add(i, minute + 1, candidates.AsSpan(i * ForecastPanel.Predictors, ForecastPanel.Predictors), chosen[i]);
            }
        }

        return board;
    }

    /// <summary>Microseconds of a core for one function's step: the network alone, in batches.</summary>
    public double NetworkCost(int functions, int rounds)
    {
        var predictor = new LstmPredictor(network);
        var shape = network.Shape;
        var features = new float[functions * shape.Features];
        var history = new ArrivalHistory(set.Start);

        for (var minute = 0; minute < Math.Min(set.Minutes, 300); minute++)
        {
            CellSplit.Split(set.Series[0], minute, _cells);
            history.Append(_cells);
        }

        for (var i = 0; i < functions; i++)
        {
            ForecastFeatures.Write(history, features.AsSpan(i * shape.Features, shape.Features));
        }

        var states = new float[functions * shape.State];
        var rows = new int[functions];
        var said = new CallForecast[functions];
        var best = double.PositiveInfinity;

        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            predictor.Step(rows, features, states, said);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalMicroseconds / functions);
        }

        return best;
    }

    private List<FunctionTrack> Restart(List<FunctionTrack> tracks)
    {
        double calls = 0;

        foreach (var series in set.Series)
        {
            calls += series.Minutes.AsSpan(0, set.LearnEnd).ToArray().Count(count => count > 0);
        }

        var prior = RatePrior.Of(calls, (double)set.Series.Count * set.LearnEnd, RatePrior.Unknown);
        List<FunctionTrack> next = [];

        for (var i = 0; i < tracks.Count; i++)
        {
            var track = Track(set.Series[i], tracks[i].History, new GateScores());
            track.Prior = prior;
            tracks[i].State.CopyTo(track.State, 0);
            next.Add(track);
        }

        return next;
    }

    private FunctionTrack Track(TraceSeries series, ArrivalHistory history, GateScores scores) =>
        new(network.Shape.RowOf(series.Id), history, scores, network.Shape);
}
