using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>The name and size of stored content.</summary>
public sealed record StoredArtifact(Digest Digest, long Bytes);
