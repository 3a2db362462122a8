namespace LoraFaaS.Engine.Sampling;

/// <summary>One sequence's side of sampling: its parameters, its history, its mask and how many tokens it has generated.</summary>
public sealed class SequenceSampling
{
    private readonly TokenHistory? _history;
    private readonly ITokenMask? _mask;

    /// <param name="parameters">How to choose.</param>
    /// <param name="prompt">Ids below the vocabulary size.</param>
    /// <param name="maxTokens">Most tokens that will be generated: sizes the history once (up to 4096), so that no step allocates.</param>
    /// <param name="mask">A constraint, or null.</param>
    public SequenceSampling(SamplingParameters parameters, ReadOnlySpan<int> prompt, int maxTokens, ITokenMask? mask = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);

        Parameters = parameters;
        _mask = mask;

        if (parameters.HasPenalties)
        {
            _history = new TokenHistory(prompt.Length + Math.Min(maxTokens, 4096));
            _history.AddPrompt(prompt);
        }
    }

    public SamplingParameters Parameters { get; }

    /// <summary>Tokens accepted so far: the position that keys the random bits of the next one.</summary>
    public int Position { get; private set; }

    /// <summary>Takes a token into the sequence, whether it was just sampled or comes from an earlier life of it.</summary>
    public void Accept(int token)
    {
        Position++;
        _history?.AddGenerated(token);
        _mask?.Advance(token);
    }

    internal void Shape(Span<float> logits)
    {
        _mask?.Apply(logits);

        foreach (var (token, bias) in Parameters.LogitBias)
        {
            logits[token] += bias;
        }

        _history?.Penalise(logits, Parameters);
    }
}
