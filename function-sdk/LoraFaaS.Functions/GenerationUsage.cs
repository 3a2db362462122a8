namespace LoraFaaS.Functions;

/// <summary>Tokens of one generation.</summary>
/// <param name="PromptTokens">In what was asked, template included.</param>
/// <param name="CompletionTokens">In what was answered.</param>
public readonly record struct GenerationUsage(int PromptTokens, int CompletionTokens);
