namespace LoraFaaS.Contracts.Functions;

/// <summary>How tokens are chosen when the caller does not say. Temperature 0 is greedy.</summary>
public sealed record SamplingDefaults
{
    public static readonly SamplingDefaults Greedy = new();

    public float Temperature { get; init; }

    public float TopP { get; init; } = 1;

    /// <summary>0: no limit.</summary>
    public int TopK { get; init; }

    public int MaxTokens { get; init; } = 256;

    public long? Seed { get; init; }
}
