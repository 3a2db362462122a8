using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.KeepAlive;

/// <summary>Stay or go, and why in words.</summary>
public abstract record KeepAliveDecision(string Reason)
{
    public sealed record Keep(string Reason) : KeepAliveDecision(Reason);

    /// <summary>Move down to <paramref name="To"/>.</summary>
    public sealed record Offload(StorageTier To, string Reason) : KeepAliveDecision(Reason);
}
