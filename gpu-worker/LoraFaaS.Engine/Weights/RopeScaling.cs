namespace LoraFaaS.Engine.Weights;

/// <summary>How rotary frequencies are stretched beyond the trained context.</summary>
public sealed record RopeScaling
{
    public required RopeScalingKind Kind { get; init; }

    public required float Factor { get; init; }

    public float LowFrequencyFactor { get; init; } = 1;

    public float HighFrequencyFactor { get; init; } = 4;

    public int OriginalMaxPositions { get; init; }
}
