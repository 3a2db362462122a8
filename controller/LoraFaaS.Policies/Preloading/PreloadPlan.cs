using System.Collections.Immutable;

namespace LoraFaaS.Policies.Preloading;

/// <summary>What ought to be where. Loads stand in the order in which they are worth their bytes, what others need first.</summary>
public sealed record PreloadPlan
{
    public static readonly PreloadPlan Empty = new() { Entries = [], CancelAt = [], WorthMs = 0 };

    public required ImmutableArray<PreloadEntry> Entries { get; init; }

    /// <summary>Workers, by position, where loads for later are to be broken off because a call waits.</summary>
    public required ImmutableArray<int> CancelAt { get; init; }

    /// <summary>Expected milliseconds saved until the horizon when everything is in place.</summary>
    public required double WorthMs { get; init; }
}
