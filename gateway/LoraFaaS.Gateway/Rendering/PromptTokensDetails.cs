namespace LoraFaaS.Gateway.Rendering;

/// <summary>How much of the prompt was found in the prefix cache.</summary>
internal sealed record PromptTokensDetails(int CachedTokens);
