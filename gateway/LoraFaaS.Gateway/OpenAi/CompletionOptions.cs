namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What both OpenAI dialects say about the answer rather than the tokens.</summary>
internal sealed record CompletionOptions
{
    public required string Model { get; init; }

    public int Choices { get; init; } = 1;

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>Log-probabilities are wanted.</summary>
    public bool Logprobs { get; init; }
}
