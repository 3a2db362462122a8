namespace LoraFaaS.Gateway.Requests;

/// <summary>What a caller said about choosing tokens. Null: not said, so the function's default stands.</summary>
internal sealed record SamplingOverrides
{
    public static readonly SamplingOverrides None = new();

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public int? TopK { get; init; }

    public float? MinP { get; init; }

    public float? RepetitionPenalty { get; init; }

    public float? PresencePenalty { get; init; }

    public float? FrequencyPenalty { get; init; }

    public long? Seed { get; init; }

    public int? MaxTokens { get; init; }

    public IReadOnlyList<string>? Stop { get; init; }

    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    public bool? IgnoreEos { get; init; }

    /// <summary>"json_object" or a JSON schema.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>Alternatives beside the chosen token; null: no log-probabilities at all.</summary>
    public int? TopLogprobs { get; init; }

    public bool Echo { get; init; }

    /// <summary>No token is wanted: the prompt is computed, and that is all.</summary>
    public bool PromptOnly { get; init; }

    /// <summary>What this leaves unsaid is taken from <paramref name="other"/>.</summary>
    public SamplingOverrides Or(SamplingOverrides other) => ReferenceEquals(this, None) ? other : ReferenceEquals(other, None) ? this : new()
    {
        Temperature = Temperature ?? other.Temperature,
        TopP = TopP ?? other.TopP,
        TopK = TopK ?? other.TopK,
        MinP = MinP ?? other.MinP,
        RepetitionPenalty = RepetitionPenalty ?? other.RepetitionPenalty,
        PresencePenalty = PresencePenalty ?? other.PresencePenalty,
        FrequencyPenalty = FrequencyPenalty ?? other.FrequencyPenalty,
        Seed = Seed ?? other.Seed,
        MaxTokens = MaxTokens ?? other.MaxTokens,
        Stop = Stop ?? other.Stop,
        LogitBias = LogitBias ?? other.LogitBias,
        IgnoreEos = IgnoreEos ?? other.IgnoreEos,
        JsonSchema = JsonSchema ?? other.JsonSchema,
        TopLogprobs = TopLogprobs ?? other.TopLogprobs,
        Echo = Echo || other.Echo,
        PromptOnly = PromptOnly || other.PromptOnly,
    };
}
