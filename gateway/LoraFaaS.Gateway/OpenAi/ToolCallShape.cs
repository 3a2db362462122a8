using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>
/// Chat completions that are a call of a function: the text is its arguments. Where the text also says which function, nothing of it is passed on before it is whole, because the name
/// comes in the same text; a text that was cut off before that is a message without a call, and its finish reason says <c>length</c>.
/// </summary>
internal sealed class ToolCallShape(CompletionHead head, ToolChoice choice, bool logprobs) : ICompletionShape
{
    private const string Type = "function";

    private static readonly ChatDelta Nothing = new(null, null);

    private readonly ChatWriter _writer = new(head);
    private readonly Dictionary<int, StringBuilder> _whole = [];

    public void WriteStart(EventStreamWriter writer, int index, Started? started) =>
        Write(writer, index, new ChatDelta("assistant", null) { ToolCalls = choice.Function is { } name ? [Call(index, name, "", inChunk: true)] : null }, null, null);

    public void WriteTokens(EventStreamWriter writer, int index, Tokens tokens)
    {
        var scores = ChatLogprobWriter.From(tokens.Logprobs, logprobs);

        if (choice.Function is not null)
        {
            Write(writer, index, new ChatDelta(null, null) { ToolCalls = [new ChatToolCall(0, null, null, new ChatToolFunction(null, tokens.Text))] }, scores, null);
            return;
        }

        if (!_whole.TryGetValue(index, out var text))
        {
            _whole.Add(index, text = new StringBuilder());
        }

        text.Append(tokens.Text);

        if (logprobs)
        {
            Write(writer, index, Nothing, scores, null);
        }
    }

    public void WriteFinish(EventStreamWriter writer, int index, Finished finished)
    {
        if (choice.Function is null && Read(index, _whole.GetValueOrDefault(index)?.ToString() ?? "", inChunk: true) is { } call)
        {
            Write(writer, index, new ChatDelta(null, null) { ToolCalls = [call] }, null, null);
        }

        Write(writer, index, Nothing, null, ReasonOf(finished));
    }

    public void WriteUsage(EventStreamWriter writer, TokenUsage usage) => _writer.WriteUsage(writer, usage);

    public Task WriteWholeAsync(HttpContext context, IReadOnlyList<CollectedChoice> choices, TokenUsage usage) =>
        _writer.WriteWholeAsync(context, choices.Select(ToChoice), usage);

    public Problem Explain(Problem problem) => choice.Rename(problem);

    private ChatChoice ToChoice(CollectedChoice collected, int index) => new(
        index,
        new ChatReply("assistant", null, null) { ToolCalls = Read(index, collected.Text, inChunk: false) is { } call ? [call] : null },
        ChatLogprobWriter.From(collected.Logprobs, logprobs),
        ReasonOf(collected.Finished!));

    private ChatToolCall? Read(int index, string text, bool inChunk)
    {
        if (choice.Function is { } name)
        {
            return Call(index, name, text, inChunk);
        }

        try
        {
            using var call = JsonDocument.Parse(text);
            return Call(index, call.RootElement.GetProperty("name").GetString()!, call.RootElement.GetProperty("arguments").GetRawText(), inChunk);
        }
        catch (JsonException)
        {
            // Cut off by max_tokens or a stop string: constrained decoding ends in nothing else.
            return null;
        }
    }

    /// <summary>The id must be another for each call of a conversation: the caller's answer to it names it.</summary>
    private ChatToolCall Call(int index, string name, string arguments, bool inChunk) =>
        new(inChunk ? 0 : null, $"call_{_writer.Id[(_writer.Id.IndexOf('-', StringComparison.Ordinal) + 1)..]}_{index}", Type, new ChatToolFunction(name, arguments));

    private string ReasonOf(Finished finished) => choice.Required && finished.Reason is FinishReason.Stop ? "tool_calls" : finished.Reason.ToWire();

    private void Write(EventStreamWriter writer, int index, ChatDelta delta, ChatLogprobs? scores, string? reason) =>
        _writer.Write(writer, new ChatChunkChoice(index, delta, scores, reason));
}
