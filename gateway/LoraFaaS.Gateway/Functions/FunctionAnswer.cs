using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The whole answer as one JSON object.</summary>
internal sealed record FunctionAnswer(string Text, string FinishReason, TokenUsage Usage, ColdStartAccount? ColdStart);
