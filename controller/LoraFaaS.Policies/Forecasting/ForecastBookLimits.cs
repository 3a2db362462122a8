namespace LoraFaaS.Policies.Forecasting;

/// <summary>What a <see cref="ForecastBook"/> may hold.</summary>
public sealed record ForecastBookLimits
{
    /// <summary>Functions watched at most; each takes about 7 KiB.</summary>
    public int Functions { get; init; } = 20_000;

    /// <summary>Functions forecast between whole minutes at most.</summary>
    public int Hot { get; init; } = 512;

    /// <summary>Functions whose minutes are being written down as lessons at a time; each takes about 5 KiB.</summary>
    public int OpenLessons { get; init; } = 512;
}
