namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>What one function used in one hour or day.</summary>
internal sealed record UsageBucket(long Invocations, long PromptTokens, long CompletionTokens, double DecodeMs, double PrefillMs)
{
    /// <summary>Takes the same away.</summary>
    public UsageBucket Negated() => new(-Invocations, -PromptTokens, -CompletionTokens, -DecodeMs, -PrefillMs);

    public static UsageBucket operator +(UsageBucket left, UsageBucket right) => new(
        left.Invocations + right.Invocations,
        left.PromptTokens + right.PromptTokens,
        left.CompletionTokens + right.CompletionTokens,
        left.DecodeMs + right.DecodeMs,
        left.PrefillMs + right.PrefillMs);
}
