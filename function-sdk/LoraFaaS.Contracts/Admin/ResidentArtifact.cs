namespace LoraFaaS.Contracts.Admin;

/// <summary>One artifact and the tier where a worker holds it.</summary>
public sealed record ResidentArtifact(string Kind, string Digest, string Tier, long Bytes);
