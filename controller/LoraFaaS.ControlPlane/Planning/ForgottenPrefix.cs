using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>A prompt prefix that one worker keeps, on whichever tiers, for a revision that is in use no more.</summary>
internal sealed record ForgottenPrefix(WorkerId Worker, FunctionId Function, int Revision, TrustDomain TrustDomain);
