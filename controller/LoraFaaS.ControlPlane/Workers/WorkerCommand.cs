using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>What a worker is told.</summary>
public abstract record WorkerCommand
{
    private WorkerCommand()
    {
    }

    /// <summary>The first command of a session.</summary>
    public sealed record Welcome : WorkerCommand;

    /// <summary>There is such a backbone, and where; or there is no longer.</summary>
    public sealed record KnowBackbone(Digest Digest, BackboneName Name, string Path, bool Forget) : WorkerCommand;

    /// <summary>Bring what a revision needs to a tier. Where an invocation waits for it (<paramref name="Live"/>), what is loaded ahead of need gives way.</summary>
    public sealed record Load(FunctionRevision Revision, StorageTier Tier, bool Live, string Reason) : WorkerCommand;

    /// <summary>
    /// Bring one artifact of a revision to a tier before anybody waits for it. Level-triggered: what is already so is done. It gives way to live
    /// demand and is then answered <see cref="Contracts.Errors.ErrorCode.Cancelled"/>; sending it again is right.
    /// </summary>
    public sealed record Preload(ArtifactKind Kind, FunctionRevision Revision, StorageTier Tier, string Reason) : WorkerCommand;

    /// <summary>Move an adapter down, unless a running sequence uses it. Without a trust domain: the worker's shared host copy.</summary>
    public sealed record Offload(Digest Adapter, TrustDomain? TrustDomain, StorageTier Tier, string Reason) : WorkerCommand;

    /// <summary>
    /// Move any artifact of a revision down, unless something that runs uses it: an adapter takes its prefixes with it, a sandbox all it holds,
    /// and a backbone goes only when no sandbox maps it.
    /// </summary>
    public sealed record OffloadOf(ArtifactKind Kind, FunctionRevision Revision, StorageTier Tier, string Reason) : WorkerCommand;

    /// <summary>Let go of all copies of a prompt prefix that there may be no revision for any more.</summary>
    public sealed record DropPrefix(FunctionId Function, int Revision, TrustDomain TrustDomain, string Reason) : WorkerCommand;

    public sealed record Drain(bool Resume) : WorkerCommand;

    /// <summary>All usage up to and including this number is durable.</summary>
    public sealed record AckUsage(ulong Sequence) : WorkerCommand;
}
