namespace LoraFaaS.Bench.Forecasting;

/// <summary>Makes the rows of a report from a scoreboard.</summary>
internal sealed class ForecastRows(TraceSet set, Scoreboard board)
{
    public IEnumerable<ForecastRow> Make() =>
        from name in board.Classes
        from horizon in Scoreboard.Horizons
        from column in Enumerable.Range(0, Scoreboard.Columns.Length)
        select Row(name, horizon, column);

    /// <summary>One for each class, horizon and score: the gate against the best single predictor there.</summary>
    public IEnumerable<ForecastComparison> Compare() =>
        from name in board.Classes
        from horizon in Scoreboard.Horizons
        from score in horizon is ScoredHorizon.HalfMinute ? new[] { "Brier" } : ["Brier", "LogPinball"]
        select Compare(name, horizon, score);

    private ForecastComparison Compare(string name, ScoredHorizon horizon, string score)
    {
        var members = board.Members(name).Where(i => board.Sums(i, Scoreboard.Gate, horizon).Count > 0).ToList();
        double Of(int function, int column) => score == "Brier" ? Brier(function, column, horizon) : LogPinball(function, column, horizon);
        var best = Enumerable.Range(0, Scoreboard.Gate).MinBy(column => members.Sum(function => Of(function, column)));
        var differences = members.Select(function => Of(function, best) - Of(function, Scoreboard.Gate)).ToArray();

        return new ForecastComparison
        {
            Trace = set.Name,
            Class = name,
            Functions = members.Count,
            Horizon = horizon.ToString(),
            Score = score,
            Best = Scoreboard.Columns[best],
            Gate = members.Average(function => Of(function, Scoreboard.Gate)),
            Difference = differences.Average(),
            P = Bootstrap.PValue(differences),
        };
    }

    private ForecastRow Row(string name, ScoredHorizon horizon, int column)
    {
        var members = board.Members(name).Where(i => board.Sums(i, column, horizon).Count > 0).ToList();
        Confusion half = default, atBase = default;
        double pinball = 0, active = 0, count = 0;

        foreach (var function in members)
        {
            ref readonly var sums = ref board.Sums(function, column, horizon);
            half.Add(sums.AtHalf);
            atBase.Add(sums.AtBaseRate);
            pinball += sums.CallPinball;
            active += sums.Active;
            count += sums.Count;
        }

        var quantiles = horizon != ScoredHorizon.HalfMinute;
        return new ForecastRow
        {
            Trace = set.Name,
            Class = name,
            Functions = members.Count,
            Horizon = horizon.ToString(),
            Predictor = Scoreboard.Columns[column],
            BaseRate = active / count,
            Accuracy = half.Accuracy,
            Precision = half.Precision,
            Recall = half.Recall,
            BalancedAccuracyAtHalf = half.Balanced,
            BalancedAccuracy = atBase.Balanced,
            Brier = Bootstrap.Of([.. members.Select(i => Brier(i, column, horizon))]),
            LogPinball = Bootstrap.Of(quantiles ? [.. members.Select(i => LogPinball(i, column, horizon))] : []),
            WeightedPinball = quantiles ? pinball / Math.Max(1, Calls(members, horizon)) : double.NaN,
            CalibrationError = board.Calibration(name, column, horizon).Error,
            BrierOverGate = Bootstrap.Of([.. members.Select(i => Brier(i, column, horizon) - Brier(i, Scoreboard.Gate, horizon))]),
            LogPinballOverGate = Bootstrap.Of(quantiles ? [.. members.Select(i => LogPinball(i, column, horizon) - LogPinball(i, Scoreboard.Gate, horizon))] : []),
            Calibration = board.Calibration(name, column, horizon).Table,
        };
    }

    private double Brier(int function, int column, ScoredHorizon horizon)
    {
        ref readonly var sums = ref board.Sums(function, column, horizon);
        return sums.Brier / sums.Count;
    }

    private double LogPinball(int function, int column, ScoredHorizon horizon)
    {
        ref readonly var sums = ref board.Sums(function, column, horizon);
        return sums.LogPinball / sums.Count;
    }

    /// <summary>Calls in the scored spans: each minute begins one.</summary>
    private double Calls(List<int> members, ScoredHorizon horizon)
    {
        var minutes = horizon switch { ScoredHorizon.TenSeconds => 1.0 / 6, ScoredHorizon.OneMinute => 1, ScoredHorizon.FiveMinutes => 5, _ => 15 };
        return members.Sum(i => minutes * set.Series[i].Minutes.AsSpan(set.ScoreFrom).ToArray().Sum(count => (double)count));
    }
}
