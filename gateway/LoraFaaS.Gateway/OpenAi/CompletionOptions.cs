namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What both OpenAI dialects say about the answer rather than the tokens.</summary>
internal sealed record CompletionOptions
{
    public required string Model { get; init; }

    /// <summary>Answers to each prompt.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Generations of which these are the likeliest: <c>best_of</c>. Never fewer.</summary>
    public int Candidates
    {
        get => Math.Max(field, Choices);
        init;
    }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>Log-probabilities are wanted.</summary>
    public bool Logprobs { get; init; }
}
