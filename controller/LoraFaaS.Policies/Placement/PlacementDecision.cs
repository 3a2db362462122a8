using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Placement;

/// <summary>A worker, or why there is none. <see cref="Reason"/> is for people and is only put into words when read.</summary>
public abstract record PlacementDecision
{
    private PlacementDecision()
    {
    }

    public abstract string Reason { get; }

    /// <summary>Go there. <paramref name="Tier"/> is where the worker has the adapter now.</summary>
    public sealed record On(WorkerId Worker, StorageTier Tier, PlacementCost Cost, int Candidates) : PlacementDecision
    {
        public override string Reason => $"{Worker} of {Candidates}: {Cost}";
    }

    /// <summary>No worker passed the filters.</summary>
    public sealed record Nowhere(IReadOnlyList<PlacementRefusal> Refusals) : PlacementDecision
    {
        public override string Reason => Refusals.Count == 0
            ? "no worker is known"
            : string.Join("; ", Refusals.Select(refusal => $"{refusal.Worker} {refusal.Filter.InWords()}"));
    }
}
