namespace LoraFaaS.Contracts.Functions;

/// <summary>What only LoraFaaS knows of a function: which revision serves, on which backbone and adapter, and how near it is.</summary>
public sealed record FunctionDetails
{
    /// <summary>The one with the largest share of the calls.</summary>
    public required int Revision { get; init; }

    /// <summary>The split, where more than one revision or a pinned one serves; absent: all calls go to the newest.</summary>
    public IReadOnlyList<TrafficTarget>? Traffic { get; init; }

    public required string Backbone { get; init; }

    public required string BackboneDigest { get; init; }

    /// <summary>Absent for a function that is the bare backbone.</summary>
    public string? AdapterDigest { get; init; }

    /// <summary>The nearest tier over all workers, in lower case.</summary>
    public required string Tier { get; init; }

    /// <summary>Workers that have its adapter in host or device memory, whether as replicas or because a call is expected.</summary>
    public int HeldBy { get; init; }

    public required string Isolation { get; init; }
}
