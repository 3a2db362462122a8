using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>The answer of <c>/v1/completions</c>, whole or one event of it: both have this shape.</summary>
internal sealed record TextCompletion(
    string Id, string Object, long Created, string Model, IReadOnlyList<TextChoice> Choices, string SystemFingerprint, TokenUsage? Usage);
