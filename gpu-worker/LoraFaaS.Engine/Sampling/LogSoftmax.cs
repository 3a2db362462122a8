using System.Numerics;

namespace LoraFaaS.Engine.Sampling;

/// <summary>Reductions over a logits row.</summary>
internal static class LogSoftmax
{
    /// <summary>ln Σ exp(logit), shifted by the greatest logit so that nothing overflows.</summary>
    public static float LogSumExp(ReadOnlySpan<float> logits, float max)
    {
        var shift = new Vector<float>(max);
        var sums = Vector<float>.Zero;
        var i = 0;

        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sums += Vector.Exp(new Vector<float>(logits[i..]) - shift);
        }

        var sum = Vector.Sum(sums);

        for (; i < logits.Length; i++)
        {
            sum += MathF.Exp(logits[i] - max);
        }

        return max + MathF.Log(sum);
    }

    /// <summary>The index of the greatest logit, the lowest one of equals; −1 when NaN or +∞ is among them.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        var max = float.NegativeInfinity;

        for (var i = 0; i < logits.Length; i++)
        {
            // The negated comparison also catches NaN.
            if (!(logits[i] <= max))
            {
                if (!(logits[i] < float.PositiveInfinity))
                {
                    return -1;
                }

                max = logits[i];
                best = i;
            }
        }

        return best;
    }

    /// <summary>Fills <paramref name="top"/> with the most probable tokens, best first, the lower id first of equals.</summary>
    public static void Top(ReadOnlySpan<float> logits, float logSumExp, Span<TokenLogprob> top)
    {
        var count = 0;

        for (var token = 0; token < logits.Length; token++)
        {
            if (count == top.Length && (count == 0 || logits[token] <= top[^1].Logprob))
            {
                continue;
            }

            var place = count < top.Length ? count++ : count - 1;

            for (; place > 0 && top[place - 1].Logprob < logits[token]; place--)
            {
                top[place] = top[place - 1];
            }

            top[place] = new TokenLogprob(token, logits[token]);
        }

        for (var i = 0; i < count; i++)
        {
            top[i] = top[i] with { Logprob = top[i].Logprob - logSumExp };
        }
    }
}
