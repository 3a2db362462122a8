using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What all chat completions have around their choices, as a stream and whole.</summary>
internal sealed class ChatWriter(CompletionHead head)
{
    /// <summary>Of the completion.</summary>
    public string Id => head.Id;

    public void Write(EventStreamWriter writer, ChatChunkChoice choice) => writer.WriteEvent(null, Chunk([choice], null), OpenAiJson.Readable.ChatChunk);

    public void WriteUsage(EventStreamWriter writer, TokenUsage usage) => writer.WriteEvent(null, Chunk([], usage), OpenAiJson.Readable.ChatChunk);

    public Task WriteWholeAsync(HttpContext context, IEnumerable<ChatChoice> choices, TokenUsage usage) => context.Response.WriteAsJsonAsync(
        new ChatCompletion(head.Id, "chat.completion", head.Created, head.Model, [.. choices], usage, head.Fingerprint),
        OpenAiJson.Readable.ChatCompletion,
        cancellationToken: context.RequestAborted);

    private ChatChunk Chunk(IReadOnlyList<ChatChunkChoice> choices, TokenUsage? usage) =>
        new(head.Id, "chat.completion.chunk", head.Created, head.Model, choices, head.Fingerprint, usage);
}
