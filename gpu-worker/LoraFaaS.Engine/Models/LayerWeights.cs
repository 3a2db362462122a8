using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Models;

/// <summary>One layer's weights on the device, grouped by the input they share. A norm address of 0 means there is none.</summary>
internal sealed record LayerWeights
{
    public required nint AttentionNorm { get; init; }

    public required nint MlpNorm { get; init; }

    public required nint QueryNorm { get; init; }

    public required nint KeyNorm { get; init; }

    /// <summary>Query, key, value.</summary>
    public required Projection[] AttentionInput { get; init; }

    public required Projection[] AttentionOutput { get; init; }

    /// <summary>Gate, up.</summary>
    public required Projection[] MlpInput { get; init; }

    public required Projection[] MlpOutput { get; init; }
}
