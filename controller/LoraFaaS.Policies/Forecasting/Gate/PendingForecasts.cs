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
    private readonly float[] _mixed = new float[2 + FiveSlots + FifteenSlots];
    private readonly GateBlend?[] _blends = new GateBlend?[2 + FiveSlots + FifteenSlots];
    private readonly DateTimeOffset[] _due = new DateTimeOffset[2 + FiveSlots + FifteenSlots];

    /// <summary>Keeps what was said at <paramref name="at"/>, a whole minute, and what the gate's mixture and whose blend made of it.</summary>
    public void Remember(DateTimeOffset at, ReadOnlySpan<CallForecast> candidates, ReadOnlySpan<float> mixed, GateBlend blend)
    {
        var minute = Minute(at);
        Keep(0, at.AddMinutes(1), candidates, mixed, blend, ForecastHorizon.TenSeconds);
        Keep(1, at.AddMinutes(1), candidates, mixed, blend, ForecastHorizon.OneMinute);
        Keep(2 + (int)(minute % FiveSlots), at.AddMinutes(5), candidates, mixed, blend, ForecastHorizon.FiveMinutes);

        if (minute % 5 == 0)
        {
            Keep(2 + FiveSlots + (int)(minute / 5 % FifteenSlots), at.AddMinutes(15), candidates, mixed, blend, ForecastHorizon.FifteenMinutes);
        }
    }

    /// <summary>Scores what is due at the history's end, a whole minute. What became due while nobody looked is forgotten.</summary>
    public void Judge(ArrivalHistory history, GateScores scores, GateTrust group)
    {
        var minute = Minute(history.End);
        Score(0, history, scores, group, ForecastHorizon.TenSeconds, history.Cell(ArrivalHistory.CellsPerMinute - 1));
        Score(1, history, scores, group, ForecastHorizon.OneMinute, history.Minute(0));
        Score(2 + (int)(minute % FiveSlots), history, scores, group, ForecastHorizon.FiveMinutes, history.CallsOf(5));

        if (minute % 5 == 0)
        {
            Score(2 + FiveSlots + (int)(minute / 5 % FifteenSlots), history, scores, group, ForecastHorizon.FifteenMinutes, history.CallsOf(15));
        }
    }

    private static long Minute(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    private void Keep(int slot, DateTimeOffset due, ReadOnlySpan<CallForecast> candidates, ReadOnlySpan<float> mixed, GateBlend blend, ForecastHorizon horizon)
    {
        (_due[slot], _mixed[slot], _blends[slot]) = (due, mixed[(int)horizon], blend);

        for (var i = 0; i < candidates.Length; i++)
        {
            _said[slot][i] = candidates[i][horizon];
        }
    }

    private void Score(int slot, ArrivalHistory history, GateScores scores, GateTrust group, ForecastHorizon horizon, long calls)
    {
        if (_due[slot] == history.End)
        {
            scores.Add(horizon, _said[slot], calls, group);
            _blends[slot]?.Hear(horizon, _mixed[slot], _said[slot], calls);
        }
    }
}
