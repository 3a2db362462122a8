using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// What this controller has seen of each function's calls, ten seconds by ten seconds, and what it expects. Every controller keeps one, so that whoever
/// plans next knows as much as who planned last.
/// </summary>
public sealed class ArrivalBook(IWarmStateStore warm, TimeProvider time) : IDisposable
{
    private static readonly LstmShape Shape = LstmShape.Default;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<FunctionId, FunctionTrack> _tracks = [];
    private readonly Dictionary<FunctionId, CallForecast> _forecasts = [];
    private readonly ForecastPanel _panel = new(LstmNetwork.New(Shape, seed: 1));
    private IReadOnlyDictionary<FunctionId, long>? _counted;
    private DateTimeOffset _end;

    /// <summary>Takes the counters of calls and forecasts anew. Cells that were missed while nobody looked are empty but the last.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var counts = await warm.GetInvocationsAsync(cancellationToken);
        await _one.WaitAsync(cancellationToken);

        try
        {
            var now = Floor(time.GetUtcNow());

            if (_counted is null)
            {
                (_counted, _end) = (counts, now);
                return;
            }

            if (now <= _end)
            {
                return;
            }

            Append(counts, now);
            (_counted, _end) = (counts, now);
            Forecast();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What is expected of each function that was ever called, from the last look on.</summary>
    public async Task<IReadOnlyDictionary<FunctionId, CallForecast>> ForecastsAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);

        try
        {
            return new Dictionary<FunctionId, CallForecast>(_forecasts);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private void Append(IReadOnlyDictionary<FunctionId, long> counts, DateTimeOffset now)
    {
        foreach (var function in counts.Keys)
        {
            if (!_tracks.ContainsKey(function))
            {
                _tracks.Add(function, new FunctionTrack(0, new ArrivalHistory(_end), new GateScores(), Shape));
            }
        }

        foreach (var (function, track) in _tracks)
        {
            // A counter that fell was lost and built up again: what it says now is all there is to go by.
            var before = _counted!.GetValueOrDefault(function);
            var calls = counts.GetValueOrDefault(function);
            calls = calls >= before ? calls - before : calls;

            while (track.History.End < now)
            {
                var isLast = track.History.End.AddSeconds(ArrivalHistory.CellSeconds) >= now;
                track.History.Append(isLast ? (int)Math.Min(int.MaxValue, calls) : 0);
            }
        }
    }

    private void Forecast()
    {
        var functions = _tracks.Keys.ToArray();
        var tracks = _tracks.Values.ToArray();

        if (tracks.Length == 0)
        {
            return;
        }

        var chosen = new CallForecast[tracks.Length];
        var trusted = new PredictorKind[tracks.Length];

        if (_end.Second < ArrivalHistory.CellSeconds)
        {
            _panel.Step(tracks, new CallForecast[tracks.Length * ForecastPanel.Predictors], chosen, trusted);
        }
        else
        {
            _panel.Glance(tracks, chosen, trusted);
        }

        for (var index = 0; index < functions.Length; index++)
        {
            _forecasts[functions[index]] = chosen[index];
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset instant) =>
        new(instant.UtcTicks - (instant.UtcTicks % (ArrivalHistory.CellSeconds * TimeSpan.TicksPerSecond)), TimeSpan.Zero);
}
