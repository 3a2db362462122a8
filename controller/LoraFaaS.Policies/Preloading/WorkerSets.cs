using System.Numerics;

namespace LoraFaaS.Policies.Preloading;

/// <summary>For each of several groups the workers that are in it, as bits: gone through in order without a look at those that are not.</summary>
internal sealed class WorkerSets(int groups, int workers)
{
    private const int WordBits = 64;

    private readonly int _words = (workers + WordBits - 1) / WordBits;
    private readonly ulong[] _bits = new ulong[groups * ((workers + WordBits - 1) / WordBits)];

    public void CopyFrom(WorkerSets other) => other._bits.CopyTo(_bits, 0);

    public void Set(int group, int worker, bool isIn)
    {
        ref var word = ref _bits[(group * _words) + (worker / WordBits)];
        var bit = 1UL << (worker % WordBits);
        word = isIn ? word | bit : word & ~bit;
    }

    /// <summary>The first worker of a group from <paramref name="from"/> on; the number of workers when there is none.</summary>
    public int Next(int group, int from)
    {
        if (from >= workers)
        {
            return workers;
        }

        var index = from / WordBits;
        var word = _bits[(group * _words) + index] & (ulong.MaxValue << (from % WordBits));

        while (word == 0)
        {
            if (++index == _words)
            {
                return workers;
            }

            word = _bits[(group * _words) + index];
        }

        return (index * WordBits) + BitOperations.TrailingZeroCount(word);
    }
}
