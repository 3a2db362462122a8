namespace LoraFaaS.Engine.Weights;

/// <summary>What a backbone image says of itself.</summary>
public sealed record BackboneManifest
{
    public required BackboneShape Shape { get; init; }

    public required IReadOnlyList<PackedTensor> Tensors { get; init; }
}
