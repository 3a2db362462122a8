using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>The answer of <c>/v1/chat/completions</c> as a whole.</summary>
internal sealed record ChatCompletion(
    string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, TokenUsage Usage, string SystemFingerprint);
