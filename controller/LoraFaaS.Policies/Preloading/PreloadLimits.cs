namespace LoraFaaS.Policies.Preloading;

/// <summary>What bounds a plan and keeps it steady.</summary>
public sealed record PreloadLimits
{
    /// <summary>What comes in must be worth this much more than what leaves for it; 0.1: a tenth. More is steadier, less follows the forecast sooner.</summary>
    public double Hysteresis { get; init; } = 0.1;

    /// <summary>A plan made from nothing must be worth this much more than one that changes what is there, before it is preferred.</summary>
    public double UpheavalGain { get; init; } = 0.25;

    /// <summary>Least worth of holding bytes: expected milliseconds saved for each GiB held until the horizon. 0: memory that is there costs nothing.</summary>
    public double MinMsPerGiB { get; init; }

    /// <summary>Below this chance nothing is brought in.</summary>
    public double MinProbability { get; init; } = 0.005;

    /// <summary>Rough number of looks that improvements may take; more finds better plans for small clusters.</summary>
    public int Effort { get; init; } = 4_000_000;
}
