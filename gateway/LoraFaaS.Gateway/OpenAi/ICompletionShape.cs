using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What differs between the two OpenAI dialects once tokens flow.</summary>
internal interface ICompletionShape
{
    /// <summary>Before a choice's first text. <paramref name="started"/> has the prompt, when the caller wants it repeated; null: nothing is said about it.</summary>
    void WriteStart(EventStreamWriter writer, int index, Started? started);

    void WriteTokens(EventStreamWriter writer, int index, Tokens tokens);

    void WriteFinish(EventStreamWriter writer, int index, Finished finished);

    /// <summary>The last chunk when usage was asked for.</summary>
    void WriteUsage(EventStreamWriter writer, TokenUsage usage);

    Task WriteWholeAsync(HttpContext context, IReadOnlyList<CollectedChoice> choices, TokenUsage usage);

    /// <summary>A worker's refusal in the words of the request it is about.</summary>
    Problem Explain(Problem problem) => problem;
}
