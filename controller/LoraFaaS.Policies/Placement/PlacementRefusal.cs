using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Policies.Placement;

/// <summary>A worker and the first filter it did not pass.</summary>
public readonly record struct PlacementRefusal(WorkerId Worker, PlacementFilter Filter);
