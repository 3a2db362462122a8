using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Stored content no longer has the digest it is named by; found while it is read, at its end at the latest.</summary>
public sealed class ArtifactCorruptException(Digest digest, string finding) : Exception($"The stored artifact {digest} is damaged: {finding}. Push it again.")
{
    public Digest Digest { get; } = digest;
}
