using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>One event of a streamed chat answer. <see cref="Usage"/> is only in the last one, which has no choices.</summary>
internal sealed record ChatChunk(
    string Id, string Object, long Created, string Model, IReadOnlyList<ChatChunkChoice> Choices, string SystemFingerprint, TokenUsage? Usage);
