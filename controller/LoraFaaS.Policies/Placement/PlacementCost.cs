using System.Globalization;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Placement;

/// <summary>What a first token at a worker is expected to cost, in milliseconds, part by part.</summary>
public readonly record struct PlacementCost(StorageTier Tier, double TierMs, double BackboneMs, double LoadMs, double EvictionMs)
{
    public double TotalMs => TierMs + BackboneMs + LoadMs + EvictionMs;

    /// <summary>What does not change from moment to moment.</summary>
    public double StillMs => TierMs + BackboneMs + EvictionMs;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"adapter at {Tier.ToString().ToLowerInvariant()} tier {TierMs:0} ms, backbone {BackboneMs:0} ms, load {LoadMs:0} ms, eviction {EvictionMs:0} ms");
}
