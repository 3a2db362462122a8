namespace LoraFaaS.Bench.Forecasting;

/// <summary>The gate against the single predictor that turned out best, in one class, horizon and score.</summary>
internal sealed record ForecastComparison
{
    public required string Trace { get; init; }

    public required string Class { get; init; }

    public required int Functions { get; init; }

    public required string Horizon { get; init; }

    /// <summary>Brier, or LogPinball.</summary>
    public required string Score { get; init; }

    /// <summary>Chosen by the outcome: the gate is compared with who could only be known afterwards.</summary>
    public required string Best { get; init; }

    public required double Gate { get; init; }

    /// <summary>The best one's score less the gate's, mean over functions: above zero the gate is better.</summary>
    public required double Difference { get; init; }

    /// <summary>Of a difference as large where there is none, both sides; by drawing functions again.</summary>
    public required double P { get; init; }

    /// <summary>The same for all comparisons of the run together (Holm).</summary>
    public double Adjusted { get; init; } = double.NaN;

    /// <summary>better, worse or =, at five in a hundred for all together; empty: too few functions to judge.</summary>
    public string Verdict { get; init; } = "";
}
