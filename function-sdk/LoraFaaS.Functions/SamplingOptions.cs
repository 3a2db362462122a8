namespace LoraFaaS.Functions;

/// <summary>Sampling of one generation where it differs: what is null stays as the caller, and else the deployment, set it.</summary>
public sealed record SamplingOptions
{
    /// <summary>Nothing differs.</summary>
    public static SamplingOptions Unchanged { get; } = new();

    /// <summary>From 0 (greedy) to 10.</summary>
    public float? Temperature { get; init; }

    /// <summary>Above 0, at most 1.</summary>
    public float? TopP { get; init; }

    /// <summary>0: all tokens.</summary>
    public int? TopK { get; init; }

    /// <summary>From 0 to 1.</summary>
    public float? MinP { get; init; }

    /// <summary>At least 1. Bounded by the backbone's context.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Makes sampling repeat. Without it each generation of an invocation draws differently.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end the answer and are not part of it; at most 16.</summary>
    public IReadOnlyList<string>? Stop { get; init; }
}
