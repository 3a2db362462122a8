namespace LoraFaaS.Contracts.Admin;

/// <summary>A registered backbone: its digest, where it lies, and the shape that adapters must fit.</summary>
public sealed record BackboneInfo
{
    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required string Path { get; init; }

    /// <summary>The architecture in config.json, for example <c>LlamaForCausalLM</c>.</summary>
    public required string Architecture { get; init; }

    public required long Parameters { get; init; }

    public required int ContextLength { get; init; }

    public required int VocabularySize { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
