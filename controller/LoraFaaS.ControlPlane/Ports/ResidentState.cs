using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>One artifact a worker holds. <c>TrustDomain</c> is set at the device tier, where a sandbox owns it.</summary>
public sealed record ResidentState(ResidentKind Kind, Digest Digest, StorageTier Tier, long Bytes, TrustDomain? TrustDomain, TimeSpan Idle)
{
    /// <summary>Whose prompt prefix it is; null for everything else.</summary>
    public FunctionId? Function { get; init; }

    /// <summary>Of <see cref="Function"/>.</summary>
    public int Revision { get; init; }

    /// <summary>Time it has been at this tier.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Why it came there, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Its sandbox is being opened: a plan is to count on it, and no call is placed by it yet.</summary>
    public bool Opening { get; init; }

    /// <summary>The same, but for what grows by itself.</summary>
    public bool SaysTheSame(ResidentState other) => this with { Idle = default, Age = default } == other with { Idle = default, Age = default };
}
