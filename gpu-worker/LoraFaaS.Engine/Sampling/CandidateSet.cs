namespace LoraFaaS.Engine.Sampling;

/// <summary>
/// Tokens as sortable keys (greater logit first, lower id first of equals), cut down by selection instead of sorting:
/// O(n) where a sort of a 150 000-token vocabulary would take about 10 ms.
/// </summary>
internal sealed class CandidateSet(int vocabularySize)
{
    private readonly ulong[] _keys = new ulong[vocabularySize];
    private int _count;

    public int Count => _count;

    /// <summary>Σ exp(logit) of what is kept; logits are relative to the greatest.</summary>
    public double Mass => MassOf(0, _count);

    /// <summary>Takes every token whose logit is at least <paramref name="floor"/> and not −∞.</summary>
    public void Gather(ReadOnlySpan<float> logits, float floor)
    {
        _count = 0;

        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] >= floor && logits[token] > float.NegativeInfinity)
            {
                _keys[_count++] = Key(logits[token], token);
            }
        }
    }

    public int TokenAt(int index) => (int)~(uint)_keys[index];

    /// <summary>Keeps the <paramref name="k"/> greatest.</summary>
    public void KeepTop(int k)
    {
        var (low, high) = (0, _count);

        if (k >= _count)
        {
            return;
        }

        while (high - low > 1)
        {
            var middle = Partition(low, high);

            if (middle >= k)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        _count = k;
    }

    /// <summary>Keeps the shortest list of greatest tokens whose mass reaches <paramref name="target"/>; at least one.</summary>
    public void KeepNucleus(double target)
    {
        var (low, high, before) = (0, _count, 0.0);

        // Everything left of low belongs; everything from high on does not.
        while (high - low > 1)
        {
            var middle = Partition(low, high);
            var mass = MassOf(low, middle);

            if (before + mass >= target)
            {
                high = middle;
            }
            else
            {
                before += mass;
                low = middle;
            }
        }

        _count = high;
    }

    private static ulong Key(float logit, int token)
    {
        // Adding zero makes −0 and 0 one value. Flipped this way, unsigned order is the order of floats.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        bits = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)bits << 32) | ~(uint)token;
    }

    private static float Logit(ulong key)
    {
        var bits = (uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((bits & 0x8000_0000) != 0 ? bits & 0x7FFF_FFFF : ~bits);
    }

    private double MassOf(int low, int high)
    {
        var mass = 0.0;

        for (var i = low; i < high; i++)
        {
            mass += MathF.Exp(Logit(_keys[i]));
        }

        return mass;
    }

    /// <summary>Moves greater keys to the left. Both sides of the returned index are not empty, so the caller's range always shrinks.</summary>
    private int Partition(int low, int high)
    {
        var pivot = MedianOfThree(_keys[low], _keys[low + ((high - low) / 2)], _keys[high - 1]);
        var (i, j) = (low - 1, high);

        while (true)
        {
            do
            {
                i++;
            }
            while (_keys[i] > pivot);

            do
            {
                j--;
            }
            while (_keys[j] < pivot);

            if (i >= j)
            {
                // Hoare's scheme leaves [low, j] ≥ pivot ≥ [j + 1, high); keys are distinct, so with the pivot at the very end
                // j would be high − 1 and nothing would shrink: then the pivot, the least key, is cut off alone.
                return Math.Min(j + 1, high - 1);
            }

            (_keys[i], _keys[j]) = (_keys[j], _keys[i]);
        }
    }

    private static ulong MedianOfThree(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
