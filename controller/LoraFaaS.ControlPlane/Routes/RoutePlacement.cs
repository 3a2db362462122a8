using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>A worker where a revision is at host tier or nearer.</summary>
public readonly record struct RoutePlacement(WorkerId Worker, StorageTier Tier);
