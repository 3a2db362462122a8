using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Preloading;

/// <summary>Where an artifact is now.</summary>
/// <param name="Worker">Position in the request's list of workers.</param>
/// <param name="Tier">How near.</param>
public readonly record struct Residence(int Worker, StorageTier Tier);
