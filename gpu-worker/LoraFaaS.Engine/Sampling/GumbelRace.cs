using System.Numerics;

namespace LoraFaaS.Engine.Sampling;

/// <summary>
/// Draws from a softmax: the winner of argmax(logit + Gumbel noise) has exactly its softmax probability (Gumbel-max). Tokens may enter in any order.
/// </summary>
internal ref struct GumbelRace(ulong key)
{
    private const float Log2E = 1.44269504f;

    private double _best = double.NegativeInfinity;

    public int Winner { get; private set; } = -1;

    public void Enter(int token, float logit)
    {
        var bits = CounterRandom.Bits(key, token);

        if (CannotWin(bits, (float)(_best - logit)))
        {
            return;
        }

        var score = logit - Math.Log(-Math.Log((bits + 0.5) * (1.0 / 4294967296.0)));

        if (score > _best || (score == _best && token < Winner))
        {
            _best = score;
            Winner = token;
        }
    }

    /// <summary>
    /// Winning by noise over a lead d needs u &gt; exp(−exp(−d)) ≥ 1 − exp(−d), so 1 − u &lt; exp(−d): decided from the leading
    /// zeros of 1 − u. It spares nearly every token of a vocabulary the two logarithms.
    /// </summary>
    private static bool CannotWin(uint bits, float lead) =>
        ~bits != 0 && 31 - BitOperations.LeadingZeroCount(~bits) >= 32f - (lead * Log2E);
}
