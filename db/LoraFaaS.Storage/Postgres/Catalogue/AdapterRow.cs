using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>The columns that <c>adapter_tags</c> and <c>adapter_contents</c> have in common.</summary>
internal abstract class AdapterRow
{
    public required string Backbone { get; init; }

    public required string Name { get; init; }

    public required string Tag { get; init; }

    public required string Digest { get; init; }

    public required string BackboneDigest { get; init; }

    public required long Bytes { get; init; }

    public required int MaxRank { get; init; }

    public required string[] Modules { get; init; }

    public required DateTimeOffset PushedAt { get; init; }

    public AdapterRecord ToRecord() => new()
    {
        Backbone = new BackboneName(Backbone),
        Name = new AdapterName(Name),
        Tag = Tag,
        Digest = new Digest(Digest),
        BackboneDigest = new Digest(BackboneDigest),
        Bytes = Bytes,
        MaxRank = MaxRank,
        Modules = Modules,
        PushedAt = PushedAt,
    };
}
