using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>One artifact a worker holds. <c>TrustDomain</c> is set at the device tier, where a sandbox owns it.</summary>
public sealed record ResidentState(ResidentKind Kind, Digest Digest, StorageTier Tier, long Bytes, TrustDomain? TrustDomain, TimeSpan Idle);
