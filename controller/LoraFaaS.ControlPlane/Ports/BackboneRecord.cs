using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A registered backbone. <c>ConfigJson</c> is its config.json, so that adapters are checked without touching the weights.</summary>
public sealed record BackboneRecord
{
    public required BackboneName Name { get; init; }

    public required Digest Digest { get; init; }

    public required string Path { get; init; }

    public required string ConfigJson { get; init; }

    public required string Architecture { get; init; }

    public required long Parameters { get; init; }

    public required int ContextLength { get; init; }

    public required int VocabularySize { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
