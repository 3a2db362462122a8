using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>What one sandbox is for: one trust domain's data on one backbone.</summary>
internal readonly record struct SandboxKey(TrustDomain TrustDomain, Digest Backbone)
{
    public override string ToString() => $"{TrustDomain}@{Backbone.Hex[..12]}";
}
