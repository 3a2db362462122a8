namespace LoraFaaS.Engine.Weights;

/// <summary>What the engine must know of a backbone's configuration: sizes, norms, rotation. Part of the image's manifest.</summary>
public sealed record BackboneShape
{
    public required string Architecture { get; init; }

    public required int Vocabulary { get; init; }

    public required int Hidden { get; init; }

    public required int Intermediate { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    public required int MaxPositions { get; init; }

    public required float NormEpsilon { get; init; }

    public required double RopeTheta { get; init; }

    public RopeScaling? RopeScaling { get; init; }

    public required bool TiedEmbeddings { get; init; }

    /// <summary>Qwen3 norms each query and key head before rotation.</summary>
    public required bool HeadNorms { get; init; }

    public int QueryColumns => Heads * HeadDim;

    public int KvColumns => KvHeads * HeadDim;
}
