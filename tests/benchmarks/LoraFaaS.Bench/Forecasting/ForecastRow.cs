namespace LoraFaaS.Bench.Forecasting;

/// <summary>One predictor on one class and horizon.</summary>
internal sealed record ForecastRow
{
    public required string Trace { get; init; }

    public required string Class { get; init; }

    public required int Functions { get; init; }

    public required string Horizon { get; init; }

    public required string Predictor { get; init; }

    /// <summary>Share of scored spans with a call.</summary>
    public required double BaseRate { get; init; }

    public required double Accuracy { get; init; }

    public required double Precision { get; init; }

    public required double Recall { get; init; }

    /// <summary>Deciding at the base rate of the learned part.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Deciding at one half.</summary>
    public required double BalancedAccuracyAtHalf { get; init; }

    public required Interval Brier { get; init; }

    /// <summary>Mean pinball loss of log(1 + calls); NaN for half a minute.</summary>
    public required Interval LogPinball { get; init; }

    /// <summary>Sum of the pinball loss in calls over the sum of calls.</summary>
    public required double WeightedPinball { get; init; }

    public required double CalibrationError { get; init; }

    /// <summary>This predictor's Brier minus the gate's, over functions: above zero the gate is better.</summary>
    public required Interval BrierOverGate { get; init; }

    public required Interval LogPinballOverGate { get; init; }

    public required IReadOnlyList<CalibrationBin> Calibration { get; init; }
}
