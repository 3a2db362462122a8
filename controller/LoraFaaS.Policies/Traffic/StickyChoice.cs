namespace LoraFaaS.Policies.Traffic;

/// <summary>
/// Which share a call falls into: decided by a hash of the function's name and the caller's session (or else the call's id), without memory, so
/// that every gateway says the same. Shares lie on a line from 0 to 100, the oldest revision first: where the newest one's share grows, sessions
/// only move to it, and none of its own moves away.
/// </summary>
public static class StickyChoice
{
    private const ulong FnvOffset = 14_695_981_039_346_656_037;
    private const ulong FnvPrime = 1_099_511_628_211;
    private const uint Points = 10_000;
    private const uint PointsEach = Points / 100;

    /// <summary>The function's part, made once. Without it the same sessions would try everybody's canaries.</summary>
    public static ulong Salt(ReadOnlySpan<char> function) => Add(Add(FnvOffset, function), "\n");

    public static ulong Hash(ulong salt, ReadOnlySpan<char> key) => Mix(Add(salt, key));

    /// <summary>The index of the share that <paramref name="hash"/> falls into.</summary>
    /// <param name="percents">Oldest revision first; 100 together. An empty list has no answer and is the caller's error.</param>
    public static int Choose(ReadOnlySpan<int> percents, ulong hash)
    {
        var point = (uint)(hash % Points);
        var end = 0u;

        for (var index = 0; index < percents.Length; index++)
        {
            end += (uint)percents[index] * PointsEach;

            if (point < end)
            {
                return index;
            }
        }

        return percents.Length - 1;
    }

    /// <summary>FNV-1a over the UTF-16 units: short keys, no allocation, the same on every machine.</summary>
    private static ulong Add(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ (byte)unit) * FnvPrime;
            hash = (hash ^ (byte)(unit >> 8)) * FnvPrime;
        }

        return hash;
    }

    /// <summary>FNV alone leaves its last bytes' traces in the low bits, which the remainder reads (MurmurHash3's finaliser).</summary>
    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
