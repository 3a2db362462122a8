using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Chat completions: role first, then content, then the finish reason in a chunk of its own.</summary>
internal sealed class ChatShape(CompletionHead head, bool logprobs) : ICompletionShape
{
    private static readonly ChatDelta Start = new("assistant", "");
    private static readonly ChatDelta Nothing = new(null, null);

    public void WriteStart(EventStreamWriter writer, int index, Started? started) => Write(writer, new ChatChunkChoice(index, Start, null, null));

    public void WriteTokens(EventStreamWriter writer, int index, Tokens tokens) => Write(
        writer, new ChatChunkChoice(index, new ChatDelta(null, tokens.Text), ChatLogprobWriter.From(tokens.Logprobs, logprobs), null));

    public void WriteFinish(EventStreamWriter writer, int index, Finished finished) =>
        Write(writer, new ChatChunkChoice(index, Nothing, null, finished.Reason.ToWire()));

    public void WriteUsage(EventStreamWriter writer, TokenUsage usage) => writer.WriteEvent(null, Chunk([], usage), OpenAiJson.Readable.ChatChunk);

    public Task WriteWholeAsync(HttpContext context, IReadOnlyList<CollectedChoice> choices, TokenUsage usage)
    {
        var whole = new ChatCompletion(
            head.Id, "chat.completion", head.Created, head.Model, [.. choices.Select(ToChoice)], usage, head.Fingerprint);
        return context.Response.WriteAsJsonAsync(whole, OpenAiJson.Readable.ChatCompletion, cancellationToken: context.RequestAborted);
    }

    private ChatChoice ToChoice(CollectedChoice choice, int index) => new(
        index,
        new ChatReply("assistant", choice.Text, null),
        ChatLogprobWriter.From(choice.Logprobs, logprobs),
        choice.Finished!.Reason.ToWire());

    private void Write(EventStreamWriter writer, ChatChunkChoice choice) =>
        writer.WriteEvent(null, Chunk([choice], null), OpenAiJson.Readable.ChatChunk);

    private ChatChunk Chunk(IReadOnlyList<ChatChunkChoice> choices, TokenUsage? usage) =>
        new(head.Id, "chat.completion.chunk", head.Created, head.Model, choices, head.Fingerprint, usage);
}
