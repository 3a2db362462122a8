using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A row of <c>backbones</c>.</summary>
internal sealed class BackboneRow
{
    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required string Path { get; init; }

    public required string ConfigJson { get; init; }

    public required string Architecture { get; init; }

    public required long Parameters { get; init; }

    public required int ContextLength { get; init; }

    public required int VocabularySize { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public BackboneRecord ToRecord() => new()
    {
        Name = new BackboneName(Name),
        Digest = new Digest(Digest),
        Path = Path,
        ConfigJson = ConfigJson,
        Architecture = Architecture,
        Parameters = Parameters,
        ContextLength = ContextLength,
        VocabularySize = VocabularySize,
        CreatedAt = CreatedAt,
    };
}
