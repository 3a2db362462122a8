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
        // Vector.Max carries NaN on, as IEEE 754 maximum does.
        var greatest = new Vector<float>(float.NegativeInfinity);
        var i = 0;

        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            greatest = Vector.Max(greatest, new Vector<float>(logits[i..]));
        }

        var max = float.NegativeInfinity;

        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            max = MathF.Max(max, greatest[lane]);
        }

        for (; i < logits.Length; i++)
        {
            max = MathF.Max(max, logits[i]);
        }

        return max < float.PositiveInfinity ? FirstOf(logits, max) : -1;
    }

    private static int FirstOf(ReadOnlySpan<float> logits, float value)
    {
        var wanted = new Vector<float>(value);
        var i = 0;

        while (i <= logits.Length - Vector<float>.Count && !Vector.EqualsAny(wanted, new Vector<float>(logits[i..])))
        {
            i += Vector<float>.Count;
        }

        while (logits[i] != value)
        {
            i++;
        }

        return i;
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
