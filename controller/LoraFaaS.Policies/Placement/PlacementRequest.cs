using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Policies.Placement;

/// <summary>One question: where should this revision's next invocation go.</summary>
public sealed record PlacementRequest
{
    public required FunctionId Function { get; init; }

    public required Digest Backbone { get; init; }

    /// <summary>Null: the bare backbone, which needs no adapter.</summary>
    public Digest? Adapter { get; init; }

    public ByteSize AdapterBytes { get; init; }

    /// <summary>Where the adapter already is for the revision's trust domain. A worker that is absent has it nowhere.</summary>
    public IReadOnlyDictionary<WorkerId, StorageTier> AdapterTiers { get; init; } = FrozenDictionary<WorkerId, StorageTier>.Empty;

    /// <summary>Farther than this is not good enough: <see cref="StorageTier.Host"/> asks for a warm worker or none.</summary>
    public StorageTier MinimumTier { get; init; } = StorageTier.Remote;

    /// <summary>Workers that have just failed this invocation.</summary>
    public IReadOnlySet<WorkerId> Excluded { get; init; } = FrozenSet<WorkerId>.Empty;

    /// <summary>Whose sandbox serves it; null: not asked.</summary>
    public TrustDomain? Domain { get; init; }

    public PlacementCosts Costs { get; init; } = PlacementCosts.Default;

    /// <summary>Until the first token is due. A worker that is expected to need longer loses to any that is not.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>
    /// The caller's chance, anew for each invocation; null: none, and the least cost alone decides. Used between workers that differ in nothing but load
    /// figures that are old.
    /// </summary>
    public uint? Draw { get; init; }

    public static PlacementRequest For(FunctionRevision revision) => new()
    {
        Function = revision.Function,
        Backbone = revision.BackboneDigest,
        Adapter = revision.AdapterDigest,
        AdapterBytes = new ByteSize(revision.AdapterBytes),
    };
}
