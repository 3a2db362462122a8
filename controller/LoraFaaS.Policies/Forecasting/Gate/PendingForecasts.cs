namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// What the predictors said of one function and time has not yet judged: ten seconds and one minute each minute, five minutes each minute,
/// fifteen each five.
/// </summary>
internal sealed class PendingForecasts
{
    private const int FiveSlots = 5;
    private const int FifteenSlots = 3;

    private readonly HorizonForecast[][] _said = [.. Enumerable.Range(0, 2 + FiveSlots + FifteenSlots).Select(_ => new HorizonForecast[GateScores.Predictors])];
    private readonly DateTimeOffset[] _due = new DateTimeOffset[2 + FiveSlots + FifteenSlots];

    /// <summary>Keeps what was said at <paramref name="at"/>, a whole minute.</summary>
    public void Remember(DateTimeOffset at, ReadOnlySpan<CallForecast> candidates)
    {
        var minute = Minute(at);
        Keep(0, at.AddMinutes(1), candidates, ForecastHorizon.TenSeconds);
        Keep(1, at.AddMinutes(1), candidates, ForecastHorizon.OneMinute);
        Keep(2 + (int)(minute % FiveSlots), at.AddMinutes(5), candidates, ForecastHorizon.FiveMinutes);

        if (minute % 5 == 0)
        {
            Keep(2 + FiveSlots + (int)(minute / 5 % FifteenSlots), at.AddMinutes(15), candidates, ForecastHorizon.FifteenMinutes);
        }
    }

    /// <summary>Scores what is due at the history's end, a whole minute. What became due while nobody looked is forgotten.</summary>
    public void Judge(ArrivalHistory history, GateScores scores)
    {
        var minute = Minute(history.End);
        Score(0, history, scores, ForecastHorizon.TenSeconds, history.Cell(ArrivalHistory.CellsPerMinute - 1));
        Score(1, history, scores, ForecastHorizon.OneMinute, history.Minute(0));
        Score(2 + (int)(minute % FiveSlots), history, scores, ForecastHorizon.FiveMinutes, history.CallsOf(5));

        if (minute % 5 == 0)
        {
            Score(2 + FiveSlots + (int)(minute / 5 % FifteenSlots), history, scores, ForecastHorizon.FifteenMinutes, history.CallsOf(15));
        }
    }

    private static long Minute(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    private void Keep(int slot, DateTimeOffset due, ReadOnlySpan<CallForecast> candidates, ForecastHorizon horizon)
    {
        _due[slot] = due;

        for (var i = 0; i < candidates.Length; i++)
        {
            _said[slot][i] = candidates[i][horizon];
        }
    }

    private void Score(int slot, ArrivalHistory history, GateScores scores, ForecastHorizon horizon, long calls)
    {
        if (_due[slot] == history.End)
        {
            scores.Add(horizon, _said[slot], calls);
        }
    }
}
