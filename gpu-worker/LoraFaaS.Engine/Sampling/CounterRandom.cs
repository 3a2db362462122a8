namespace LoraFaaS.Engine.Sampling;

/// <summary>
/// Random bits as a function of (seed, token position, token id): SplitMix64's finaliser over a counter. It keeps no state, so a sequence
/// that is preempted, or resumed by another process with the tokens it already has, draws the same bits again.
/// </summary>
internal static class CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>The stream of one position of one sequence.</summary>
    public static ulong Key(ulong seed, int position) => Mix(Mix(seed + Golden) + ((ulong)(uint)position * Golden));

    /// <summary>The 32 bits that belong to one token in that stream.</summary>
    public static uint Bits(ulong key, int token) => (uint)(Mix(key + ((ulong)(uint)token * Golden)) >> 32);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
