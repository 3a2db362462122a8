using LoraFaaS.Gateway.OpenAi.Wire;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Completions: text alone, and the finish reason in a chunk with none.</summary>
internal sealed class TextShape(CompletionHead head, bool logprobs) : ICompletionShape
{
    private readonly Dictionary<int, TextLogprobWriter> _writers = [];

    /// <summary>This dialect knows no role: without an echo there is nothing to say before the first text.</summary>
    public void WriteStart(EventStreamWriter writer, int index, Started? started)
    {
        if (started is { PromptText.Length: > 0 })
        {
            Write(writer, new TextChoice(started.PromptText, index, started.PromptLogprobs.Count > 0 ? LogprobsOf(index, started.PromptLogprobs, []) : null, null));
        }
    }

    public void WriteTokens(EventStreamWriter writer, int index, Tokens tokens) =>
        Write(writer, new TextChoice(tokens.Text, index, LogprobsOf(index, [], tokens.Logprobs), null));

    public void WriteFinish(EventStreamWriter writer, int index, Finished finished) =>
        Write(writer, new TextChoice("", index, null, finished.Reason.ToWire()));

    public void WriteUsage(EventStreamWriter writer, TokenUsage usage) =>
        writer.WriteEvent(null, Completion([], usage), OpenAiJson.Readable.TextCompletion);

    public Task WriteWholeAsync(HttpContext context, IReadOnlyList<CollectedChoice> choices, TokenUsage usage) =>
        context.Response.WriteAsJsonAsync(
            Completion([.. choices.Select(ToChoice)], usage), OpenAiJson.Readable.TextCompletion, cancellationToken: context.RequestAborted);

    private TextChoice ToChoice(CollectedChoice choice, int index) =>
        new(choice.Text, index, LogprobsOf(index, choice.PromptLogprobs, choice.Logprobs), choice.Finished!.Reason.ToWire());

    private TextLogprobs? LogprobsOf(int index, IReadOnlyList<TokenLogprob> prompt, IReadOnlyList<TokenLogprob> tokens)
    {
        if (!logprobs)
        {
            return null;
        }

        if (!_writers.TryGetValue(index, out var writer))
        {
            writer = new TextLogprobWriter();
            _writers.Add(index, writer);
        }

        return writer.Write(prompt, tokens);
    }

    private void Write(EventStreamWriter writer, TextChoice choice) =>
        writer.WriteEvent(null, Completion([choice], null), OpenAiJson.Readable.TextCompletion);

    private TextCompletion Completion(IReadOnlyList<TextChoice> choices, TokenUsage? usage) =>
        new(head.Id, "text_completion", head.Created, head.Model, choices, head.Fingerprint, usage);
}
