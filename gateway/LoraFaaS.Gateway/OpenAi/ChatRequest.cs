using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>A parsed body of <c>/v1/chat/completions</c>.</summary>
/// <param name="Options">What is said about the answer.</param>
/// <param name="Input">What is asked.</param>
/// <param name="Call">The answer is a call of a function; null: text.</param>
internal sealed record ChatRequest(CompletionOptions Options, InvocationInput Input, ToolChoice? Call);
