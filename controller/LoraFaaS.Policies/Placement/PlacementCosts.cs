namespace LoraFaaS.Policies.Placement;

/// <summary>
/// What each part of a first token is expected to cost, in milliseconds. The defaults are orders of magnitude, not measurements of one machine: they have
/// to rank, not to predict. Who has measured says so.
/// </summary>
public sealed record PlacementCosts
{
    public static readonly PlacementCosts Default = new();

    /// <summary>Packing a backbone reads all its bytes: seconds for billions of parameters, and everything else waits for it.</summary>
    public double ColdBackboneMs { get; init; } = 3_000;

    /// <summary>A sandbox of the trust domain is started. Counted only where it is known that none runs.</summary>
    public double ColdSandboxMs { get; init; } = 100;

    public double HostMs { get; init; } = 5;

    public double DiskMs { get; init; } = 40;

    public double RemoteMs { get; init; } = 250;

    /// <summary>One running sequence stretches each step a little.</summary>
    public double RunningMs { get; init; } = 2;

    /// <summary>One queued invocation stands in front of ours.</summary>
    public double QueuedMs { get; init; } = 8;

    /// <summary>Something must go down a tier before the adapter fits.</summary>
    public double EvictionMs { get; init; } = 20;
}
