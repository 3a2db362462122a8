using System.Collections.Frozen;

namespace LoraFaaS.Engine.Generation;

/// <summary>When a sequence ends by its tokens alone.</summary>
/// <param name="EndTokens">The checkpoint's end-of-sequence ids; empty when the caller ignores them.</param>
/// <param name="MaxTokens">Most generated tokens.</param>
/// <param name="ContextLength">Most tokens of prompt and answer together.</param>
public sealed record FinishRules(FrozenSet<int> EndTokens, int MaxTokens, int ContextLength)
{
    public bool IsEnd(int token) => EndTokens.Contains(token);

    /// <summary>Whether the sequence, with its newest token appended, has reached a limit.</summary>
    public FinishReason? Limit(int promptTokens, int generatedTokens)
    {
        if (generatedTokens >= MaxTokens)
        {
            return FinishReason.MaxTokens;
        }

        return promptTokens + generatedTokens >= ContextLength ? FinishReason.ContextLength : null;
    }
}
