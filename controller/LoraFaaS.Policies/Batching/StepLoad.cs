namespace LoraFaaS.Policies.Batching;

/// <summary>What a step had to compute, as far as its time depends on it.</summary>
/// <param name="DecodeRows">Sequences that got their next token.</param>
/// <param name="PrefillTokens">Tokens of prompts.</param>
/// <param name="PrefillContext">Sum over these tokens of the position of each: what its attention reads.</param>
public readonly record struct StepLoad(int DecodeRows, int PrefillTokens, long PrefillContext)
{
    public StepLoad WithDecode() => this with { DecodeRows = DecodeRows + 1 };

    /// <summary>Adds a chunk of <paramref name="tokens"/> that begins at position <paramref name="start"/>.</summary>
    public StepLoad WithPrefill(int start, int tokens) => this with
    {
        PrefillTokens = PrefillTokens + tokens,
        PrefillContext = PrefillContext + ((long)tokens * start) + ((long)tokens * tokens / 2),
    };
}
