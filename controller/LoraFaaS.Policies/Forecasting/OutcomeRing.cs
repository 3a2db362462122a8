namespace LoraFaaS.Policies.Forecasting;

/// <summary>The last hour of one function's forecasts against what came.</summary>
internal sealed class OutcomeRing
{
    private const int Length = 60;

    private readonly ForecastOutcome[] _outcomes = new ForecastOutcome[Length];
    private (DateTimeOffset Minute, HorizonForecast Said)? _open;
    private int _count;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ForecastOutcome> List()
    {
        var first = Math.Max(0, _count - Length);
        return [.. Enumerable.Range(first, _count - first).Select(i => _outcomes[i % Length])];
    }

    /// <summary>At a whole minute: closes the one that was forecast and opens the next.</summary>
    public void Add(DateTimeOffset now, int came, HorizonForecast said)
    {
        if (_open is { } open && open.Minute.AddMinutes(1) == now)
        {
            _outcomes[_count++ % Length] = new ForecastOutcome(open.Minute, open.Said, came);
        }

        _open = (now, said);
    }
}
