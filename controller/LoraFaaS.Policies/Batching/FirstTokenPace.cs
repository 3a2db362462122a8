namespace LoraFaaS.Policies.Batching;

/// <summary>How fast a sandbox's first tokens follow each other while others wait for theirs: what memory and arithmetic give together, whatever the slots are. Immutable.</summary>
public readonly record struct FirstTokenPace
{
    /// <summary>What the newest one weighs: about the last twenty count.</summary>
    private const double Newest = 0.05;

    /// <summary>From one to the next; zero: nobody ever waited.</summary>
    public TimeSpan Each { get; private init; }

    /// <summary>So many came together, so long after the last before them, and somebody waited all that time.</summary>
    public FirstTokenPace Observe(TimeSpan since, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(since, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);

        var each = since / tokens;
        return new FirstTokenPace { Each = Each == TimeSpan.Zero ? each : Each + ((each - Each) * Math.Min(1, Newest * tokens)) };
    }
}
