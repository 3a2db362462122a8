using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A function's use over a span of time.</summary>
public sealed record UsageSum(FunctionId Function, long Invocations, long PromptTokens, long CompletionTokens, double DecodeMs, double PrefillMs);
