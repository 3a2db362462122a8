using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Learning;
using LoraFaaS.Policies.Forecasting.Lstm;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// Every function that is watched, and the panel that is asked about it. Told of arrivals every ten seconds, it forecasts all functions at
/// whole minutes and the busy ones between. No clock of its own: time is what it is told. One owner, one thread.
/// </summary>
public sealed class ForecastBook
{
    /// <summary>A silence of the observer longer than this is not filled with empty cells: nothing is known of it.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromHours(4);

    private readonly Dictionary<FunctionId, BookEntry> _entries = [];
    private readonly ForecastPanel _panel;
    private readonly LessonPlan _lessons;
    private readonly ForecastBookLimits _limits;

    public ForecastBook(LstmNetwork network, ForecastBookLimits limits, DateTimeOffset start)
    {
        _panel = new ForecastPanel(network);
        _limits = limits;
        _lessons = new LessonPlan(limits.OpenLessons);
        End = ArrivalHistory.Floor(start);
    }

    /// <summary>Arrivals are known up to here; a multiple of ten seconds.</summary>
    public DateTimeOffset End { get; private set; }

    public int Count => _entries.Count;

    public LstmNetwork Network => _panel.Network;

    public bool IsWholeMinute => End.Second == 0;

    internal IEnumerable<KeyValuePair<FunctionId, BookEntry>> Entries => _entries.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal);

    /// <summary>Goes on with a newer network of the same shape.</summary>
    public void Use(LstmNetwork network) => _panel.Use(network);

    /// <summary>Begins to watch functions, and forgets those that are not among them.</summary>
    public void Watch(IReadOnlyCollection<FunctionId> functions)
    {
        foreach (var gone in _entries.Keys.Except(functions).ToList())
        {
            _entries.Remove(gone);
        }

        foreach (var function in functions.Where(function => !_entries.ContainsKey(function)).Take(_limits.Functions - _entries.Count))
        {
            _entries[function] = new BookEntry(new FunctionTrack(
                Network.Shape.RowOf(function.ToString()), new ArrivalHistory(End), new GateScores(), Network.Shape));
        }
    }

    /// <summary>
    /// The next ten seconds' arrivals, up to <paramref name="end"/>. Cells that nobody told of are empty; calls of a longer silence all count in the last.
    /// </summary>
    public void Advance(DateTimeOffset end, IReadOnlyDictionary<FunctionId, int> arrivals)
    {
        end = ArrivalHistory.Floor(end);

        if (end <= End)
        {
            return;
        }

        if (end - End > LongestGap)
        {
            Restart(end);
        }

        var cells = (int)((end - End).TotalSeconds / ArrivalHistory.CellSeconds);

        foreach (var (function, entry) in _entries)
        {
            for (var cell = 1; cell < cells; cell++)
            {
                entry.Track.History.Append(0);
            }

            if (cells > 0)
            {
                entry.Track.History.Append(arrivals.GetValueOrDefault(function));
            }
        }

        End = end;
    }

    /// <summary>At a whole minute: judges the last forecasts, makes new ones, goes on with the lessons.</summary>
    public IReadOnlyList<FunctionForecast> ForecastAll()
    {
        RenewPriors();
        var entries = _entries.ToList();
        var tracks = entries.ConvertAll(pair => pair.Value.Track);
        var before = _lessons.Begin(tracks, End);
        var candidates = new CallForecast[tracks.Count * ForecastPanel.Predictors];
        var chosen = new CallForecast[tracks.Count];
        var trusted = new PredictorKind[tracks.Count];
        _panel.Step(tracks, candidates, chosen, trusted);
        _lessons.GoOn(before, End, Network.Shape);
        var forecasts = new List<FunctionForecast>(tracks.Count);

        for (var i = 0; i < tracks.Count; i++)
        {
            entries[i].Value.Outcomes.Add(End, tracks[i].History.LastMinute, chosen[i].OneMinute);
            forecasts.Add(Forecast(entries[i].Key, tracks[i], chosen[i], trusted[i]));
        }

        return forecasts;
    }

    /// <summary>Between whole minutes: functions called in the last five minutes, the busiest first, no more than the limit.</summary>
    public IReadOnlyList<FunctionForecast> ForecastHot() =>
        Glance([.. _entries.Where(pair => Recent(pair.Value) > 0).OrderByDescending(pair => Recent(pair.Value)).Take(_limits.Hot)]);

    /// <summary>Between whole minutes, all functions: for who has just been started and has forecast nothing yet. Nothing is judged.</summary>
    public IReadOnlyList<FunctionForecast> ForecastFirst()
    {
        RenewPriors();
        return Glance([.. _entries]);
    }

    /// <summary>Lessons that are complete; each is given once.</summary>
    public IReadOnlyList<Lesson> TakeLessons() => _lessons.Take();

    /// <summary>The last hour's forecasts of a function against what came, oldest first.</summary>
    public IReadOnlyList<ForecastOutcome> OutcomesOf(FunctionId function) => _entries.TryGetValue(function, out var entry) ? entry.Outcomes.List() : [];

    internal GroupTrust Groups => _panel.Groups;

    internal void Put(FunctionId function, ArrivalHistory history, GateScores scores) =>
        _entries[function] = new BookEntry(new FunctionTrack(Network.Shape.RowOf(function.ToString()), history, scores, Network.Shape));

    internal void StartAt(DateTimeOffset end) => End = end;

    private static long Recent(BookEntry entry) => entry.Track.History.OpenCalls + entry.Track.History.CallsOf(5);

    private FunctionForecast[] Glance(List<KeyValuePair<FunctionId, BookEntry>> entries)
    {
        var tracks = entries.ConvertAll(pair => pair.Value.Track);
        var chosen = new CallForecast[tracks.Count];
        var trusted = new PredictorKind[tracks.Count];
        _panel.Glance(tracks, chosen, trusted);
        return [.. entries.Select((pair, i) => Forecast(pair.Key, tracks[i], chosen[i], trusted[i]))];
    }

    private FunctionForecast Forecast(FunctionId function, FunctionTrack track, CallForecast calls, PredictorKind trusted) =>
        new() { Function = function, MadeAt = End, Predictor = trusted, Calls = calls, Idle = HybridHistogram.Decide(track.History.Idle) };

    private void Restart(DateTimeOffset end)
    {
        foreach (var (function, entry) in _entries.ToList())
        {
            Put(function, new ArrivalHistory(end), entry.Track.Scores);
        }

        _lessons.Drop();
        End = end;
    }

    private void RenewPriors()
    {
        var sums = new Dictionary<NamespaceName, (double Calls, double Minutes)>();
        double calls = 0, minutes = 0;

        foreach (var (function, entry) in _entries)
        {
            var history = entry.Track.History;
            var (own, seen) = (history.CallsOf(240), Math.Min(240, history.MinutesSeen));
            var sum = sums.GetValueOrDefault(function.Namespace);
            sums[function.Namespace] = (sum.Calls + own, sum.Minutes + seen);
            (calls, minutes) = (calls + own, minutes + seen);
        }

        var everybody = RatePrior.Of(calls, minutes, RatePrior.Unknown);
        var priors = sums.ToDictionary(pair => pair.Key, pair => RatePrior.Of(pair.Value.Calls, pair.Value.Minutes, everybody));

        foreach (var (function, entry) in _entries)
        {
            entry.Track.Prior = priors[function.Namespace];
        }
    }
}
