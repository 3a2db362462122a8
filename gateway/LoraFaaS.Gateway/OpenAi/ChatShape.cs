using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Chat completions: role first, then content, then the finish reason in a chunk of its own.</summary>
internal sealed class ChatShape(CompletionHead head, bool logprobs) : ICompletionShape
{
    private static readonly ChatDelta Start = new("assistant", "");
    private static readonly ChatDelta Nothing = new(null, null);

    private readonly ChatWriter _writer = new(head);

    public void WriteStart(EventStreamWriter writer, int index, Started? started) => _writer.Write(writer, new ChatChunkChoice(index, Start, null, null));

    public void WriteTokens(EventStreamWriter writer, int index, Tokens tokens) => _writer.Write(
        writer, new ChatChunkChoice(index, new ChatDelta(null, tokens.Text), ChatLogprobWriter.From(tokens.Logprobs, logprobs), null));

    public void WriteFinish(EventStreamWriter writer, int index, Finished finished) =>
        _writer.Write(writer, new ChatChunkChoice(index, Nothing, null, finished.Reason.ToWire()));

    public void WriteUsage(EventStreamWriter writer, TokenUsage usage) => _writer.WriteUsage(writer, usage);

    public Task WriteWholeAsync(HttpContext context, IReadOnlyList<CollectedChoice> choices, TokenUsage usage) =>
        _writer.WriteWholeAsync(context, choices.Select(ToChoice), usage);

    private ChatChoice ToChoice(CollectedChoice choice, int index) => new(
        index,
        new ChatReply("assistant", choice.Text, null),
        ChatLogprobWriter.From(choice.Logprobs, logprobs),
        choice.Finished!.Reason.ToWire());
}
