using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>Token counts under OpenAI's names.</summary>
internal sealed record TokenUsage(int PromptTokens, int CompletionTokens, int TotalTokens, PromptTokensDetails PromptTokensDetails)
{
    public static TokenUsage Of(int prompt, int completion, int cached) =>
        new(prompt, completion, prompt + completion, new PromptTokensDetails(cached));

    public static TokenUsage Of(Finished finished) => Of(finished.PromptTokens, finished.CompletionTokens, finished.CachedPromptTokens);
}
