namespace LoraFaaS.Cli.Evaluation;

/// <summary>One line of an evaluation file: what is asked, and the exact answer or a pattern of it.</summary>
internal sealed record EvalCase
{
    public required string Prompt { get; init; }

    /// <summary>The answer, white space at its ends aside. This or <see cref="Pattern"/>.</summary>
    public string? Expected { get; init; }

    /// <summary>A regular expression (.NET's) that the answer must hold; anchored only where it says so.</summary>
    public string? Pattern { get; init; }
}
