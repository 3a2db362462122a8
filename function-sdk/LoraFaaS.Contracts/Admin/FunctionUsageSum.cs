namespace LoraFaaS.Contracts.Admin;

/// <summary>One line of <c>GET /api/v1/usage</c>: what a function used over a span of time. Durations in milliseconds.</summary>
public sealed record FunctionUsageSum(
    string Namespace, string Function, long Invocations, long PromptTokens, long CompletionTokens, double PrefillMs, double DecodeMs);
