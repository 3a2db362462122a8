using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.KeepAlive;

/// <summary>Stay or go, and why in words.</summary>
public abstract record KeepAliveDecision(string Reason)
{
    public sealed record Keep(string Reason) : KeepAliveDecision(Reason);

    /// <summary>Move down to <paramref name="To"/>.</summary>
    public sealed record Offload(StorageTier To, string Reason) : KeepAliveDecision(Reason);

    /// <summary>
    /// As far as this worker goes, the function may be scaled to zero. Offloading alone would not do: with one replica still
    /// desired, it would be loaded again at once.
    /// </summary>
    public sealed record ScaleToZero(string Reason) : KeepAliveDecision(Reason);
}
