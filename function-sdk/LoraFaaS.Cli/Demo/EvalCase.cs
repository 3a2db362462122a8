namespace LoraFaaS.Cli.Demo;

/// <summary>One line of an evaluation file: what is asked and the exact answer.</summary>
internal sealed record EvalCase
{
    public required string Prompt { get; init; }

    public required string Expected { get; init; }
}
