using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Offloading;

/// <summary>Something that could leave a tier: nothing that runs uses it.</summary>
/// <param name="Id">The caller's number for it.</param>
/// <param name="Kind">A backbone leaves last.</param>
/// <param name="Bytes">What its going frees, with what it holds.</param>
/// <param name="Rate">Uses a second to be expected.</param>
/// <param name="Saved">What its next use would have to wait for, were it one tier down.</param>
/// <param name="Idle">Since its last use; of equal worth the longest idle goes.</param>
/// <param name="Container">The candidate that takes it along when it goes: a sandbox its adapters.</param>
public readonly record struct OffloadCandidate(
    int Id, ArtifactKind Kind, long Bytes, double Rate, TimeSpan Saved, TimeSpan Idle, int? Container = null)
{
    /// <summary>Seconds of waiting a second of staying saves.</summary>
    public double Value => Rate * Saved.TotalSeconds;
}
