using System.Collections.Immutable;

namespace LoraFaaS.Engine.Sampling;

/// <summary>How one sequence's next token is chosen. Neutral values switch a rule off; the defaults are greedy.</summary>
public sealed record SamplingParameters
{
    public static readonly SamplingParameters Greedy = new();

    /// <summary>Logits are divided by it; 0 is greedy.</summary>
    public float Temperature { get; init; }

    /// <summary>Keep the most probable tokens until their mass reaches this; 1 keeps all.</summary>
    public float TopP { get; init; } = 1f;

    /// <summary>Keep this many most probable tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Drop tokens less probable than this share of the most probable one; 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in prompt or answer (arXiv:1909.05858, 4.1); 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1f;

    /// <summary>Subtracted once from each token that was generated before.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted for each time a token was generated before.</summary>
    public float FrequencyPenalty { get; init; }

    public ulong Seed { get; init; }

    public ImmutableArray<LogitBias> LogitBias { get; init; } = [];

    /// <summary>Log-probabilities of this many alternatives beside the chosen token; null: not even the chosen one's.</summary>
    public int? TopLogprobs { get; init; }

    internal bool IsGreedy => Temperature <= 0f;

    internal bool HasPenalties => RepetitionPenalty != 1f || PresencePenalty != 0f || FrequencyPenalty != 0f;
}
