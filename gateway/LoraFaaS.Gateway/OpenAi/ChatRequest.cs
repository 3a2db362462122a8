using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>A parsed body of <c>/v1/chat/completions</c>.</summary>
internal sealed record ChatRequest(CompletionOptions Options, InvocationInput Input);
