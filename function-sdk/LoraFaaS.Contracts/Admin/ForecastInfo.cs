namespace LoraFaaS.Contracts.Admin;

/// <summary>What is expected of a function, and how the last hour's expectations compare with what came.</summary>
public sealed record ForecastInfo
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>The instant the horizons count from.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Who is trusted most for the next minute: prior, lastValue, poissonRate, weightedRate, idleHistogram or lstm.</summary>
    public required string Predictor { get; init; }

    public required IReadOnlyList<ForecastSpan> Horizons { get; init; }

    /// <summary>Oldest first, a minute each; empty in a list of functions.</summary>
    public IReadOnlyList<ForecastMinute> LastHour { get; init => field = value ?? []; } = [];
}
