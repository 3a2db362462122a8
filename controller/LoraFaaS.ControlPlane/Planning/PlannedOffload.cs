using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>One adapter on one worker that ought to move down. Without a trust domain: the worker's host copy.</summary>
internal sealed record PlannedOffload(WorkerId Worker, Digest Adapter, TrustDomain? TrustDomain, StorageTier To, string Reason);
