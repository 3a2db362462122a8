namespace LoraFaaS.Cli.Evaluation;

/// <summary>What came of one case. Times in milliseconds; <see cref="Error"/> where no answer came.</summary>
internal sealed record EvalAnswer
{
    /// <summary>From 1, in the file's order.</summary>
    public required int Case { get; init; }

    public required string Prompt { get; init; }

    /// <summary>The expected answer, or the pattern.</summary>
    public required string Expected { get; init; }

    public required string Answer { get; init; }

    public required bool Right { get; init; }

    public double TtftMs { get; init; }

    public int CompletionTokens { get; init; }

    public string? Error { get; init; }
}
