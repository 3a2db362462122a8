using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>One push: a tag of an adapter name under a backbone, and the artifact it points at.</summary>
public sealed record AdapterRecord
{
    public required BackboneName Backbone { get; init; }

    public required AdapterName Name { get; init; }

    public required string Tag { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>The backbone it was validated against.</summary>
    public required Digest BackboneDigest { get; init; }

    public required long Bytes { get; init; }

    public required int MaxRank { get; init; }

    public required IReadOnlyList<string> Modules { get; init; }

    public required DateTimeOffset PushedAt { get; init; }
}
