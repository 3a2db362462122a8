using System.Numerics;

namespace LoraFaaS.Engine.Sampling;

/// <summary>
/// Chooses a token from a row of logits: mask, bias and penalties, then greedy, or temperature, min-p, top-k, top-p and a draw.
/// The draw is a Gumbel race (argmax of logit + noise keyed by seed, position and id): it needs no normalised or sorted distribution, and a
/// last-bit difference in one logit cannot move the choice among the others. Allocates nothing. One thread at a time.
/// </summary>
public sealed class Sampler(int vocabularySize)
{
    private readonly CandidateSet _candidates = new(vocabularySize);

    // Only requests for log-probabilities need it, so it is made by the first of them.
    private float[]? _original;

    /// <param name="logits">One row, as long as the vocabulary; overwritten.</param>
    /// <param name="sequence">Whose row it is. Not advanced: the caller accepts the token.</param>
    /// <param name="top">As many alternatives as are wanted, best first; used only when log-probabilities are asked for.</param>
    /// <param name="chosen">The token; its log-probability is 0 unless asked for.</param>
    public SamplingStatus Sample(Span<float> logits, SequenceSampling sequence, Span<TokenLogprob> top, out TokenLogprob chosen)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, vocabularySize);

        chosen = default;
        var best = LogSoftmax.ArgMax(logits);

        if (best < 0 || !float.IsFinite(logits[best]))
        {
            return SamplingStatus.NotFinite;
        }

        if (sequence.Parameters.TopLogprobs is null)
        {
            var status = Choose(logits, sequence, out var token);
            chosen = new TokenLogprob(token, 0f);
            return status;
        }

        return SampleWithLogprobs(logits, logits[best], sequence, top, out chosen);
    }

    /// <summary>How probable a token was that stands there already. False: the logits are not finite.</summary>
    /// <param name="logits">The row after the token before it; not changed.</param>
    /// <param name="token">The token.</param>
    /// <param name="top">As many alternatives as are wanted, best first.</param>
    /// <param name="scored">The token and its log-probability.</param>
    public static bool TryScore(ReadOnlySpan<float> logits, int token, Span<TokenLogprob> top, out TokenLogprob scored)
    {
        var best = LogSoftmax.ArgMax(logits);

        if (best < 0 || !float.IsFinite(logits[best]))
        {
            scored = default;
            return false;
        }

        var logSumExp = LogSoftmax.LogSumExp(logits, logits[best]);
        LogSoftmax.Top(logits, logSumExp, top);
        scored = new TokenLogprob(token, logits[token] - logSumExp);
        return true;
    }

    private SamplingStatus SampleWithLogprobs(
        Span<float> logits, float max, SequenceSampling sequence, Span<TokenLogprob> top, out TokenLogprob chosen)
    {
        var logSumExp = LogSoftmax.LogSumExp(logits, max);
        LogSoftmax.Top(logits, logSumExp, top);

        // The choice overwrites the row; an untouched copy is what the chosen token is looked up in.
        var original = Original(logits);
        var status = Choose(logits, sequence, out var token);
        chosen = new TokenLogprob(token, original[token] - logSumExp);
        return status;
    }

    private float[] Original(ReadOnlySpan<float> logits)
    {
        _original ??= new float[vocabularySize];
        logits.CopyTo(_original);
        return _original;
    }

    private SamplingStatus Choose(Span<float> logits, SequenceSampling sequence, out int token)
    {
        sequence.Shape(logits);
        token = LogSoftmax.ArgMax(logits);

        if (token < 0)
        {
            token = 0;
            return SamplingStatus.NotFinite;
        }

        if (float.IsNegativeInfinity(logits[token]))
        {
            return SamplingStatus.NothingAllowed;
        }

        if (!sequence.Parameters.IsGreedy)
        {
            token = Draw(logits, token, sequence);
        }

        return SamplingStatus.Sampled;
    }

    private int Draw(Span<float> logits, int best, SequenceSampling sequence)
    {
        var parameters = sequence.Parameters;
        var race = new GumbelRace(CounterRandom.Key(parameters.Seed, sequence.Position));
        var floor = parameters.MinP > 0f ? MathF.Log(parameters.MinP) : float.NegativeInfinity;

        Scale(logits, logits[best], parameters.Temperature);

        if (parameters.TopP >= 1f && parameters.TopK <= 0)
        {
            for (var token = 0; token < logits.Length; token++)
            {
                if (logits[token] >= floor && logits[token] > float.NegativeInfinity)
                {
                    race.Enter(token, logits[token]);
                }
            }

            return race.Winner;
        }

        Cut(logits, parameters, floor);

        for (var i = 0; i < _candidates.Count; i++)
        {
            var token = _candidates.TokenAt(i);
            race.Enter(token, logits[token]);
        }

        return race.Winner;
    }

    /// <summary>Divides by the temperature, relative to the greatest, so that a tiny one gives −∞ for the others and not +∞ for the first.</summary>
    private static void Scale(Span<float> logits, float max, float temperature)
    {
        var inverse = 1f / Math.Max(temperature, 1e-6f);
        var i = 0;

        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((new Vector<float>(logits[i..]) - new Vector<float>(max)) * inverse).CopyTo(logits[i..]);
        }

        for (; i < logits.Length; i++)
        {
            logits[i] = (logits[i] - max) * inverse;
        }
    }

    private void Cut(ReadOnlySpan<float> logits, SamplingParameters parameters, float floor)
    {
        if (parameters.TopK > 0 || parameters.MinP > 0f)
        {
            _candidates.Gather(logits, floor);
            _candidates.KeepTop(parameters.TopK > 0 ? parameters.TopK : int.MaxValue);

            if (parameters.TopP < 1f)
            {
                _candidates.KeepNucleus(parameters.TopP * _candidates.Mass);
            }

            return;
        }

        // Tokens below (1 − p)/n of the whole mass add up to less than 1 − p: the nucleus is complete without them,
        // and of a whole vocabulary a few hundred candidates stay.
        var logMass = LogSoftmax.LogSumExp(logits, 0f);
        _candidates.Gather(logits, logMass + MathF.Log((1f - parameters.TopP) / (logits.Length + 1f)));
        _candidates.KeepNucleus(parameters.TopP * Math.Exp(logMass));
    }
}
