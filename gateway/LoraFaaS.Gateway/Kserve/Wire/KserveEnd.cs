namespace LoraFaaS.Gateway.Kserve.Wire;

/// <summary>Why it ended and what it took, under the names that the gRPC form has for them.</summary>
internal sealed record KserveEnd(string FinishReason, int PromptTokens, int CompletionTokens);
