namespace LoraFaaS.Protocol.Turns;

/// <summary>How long the one whose turn it is may take, in microseconds, as others' promises permit, and with how much of the device.</summary>
/// <param name="Step">Most that one step ought to take; 0: whatever it takes. As 24 bits: 16 s is as good as never.</param>
/// <param name="Turn">How long the turn may go on from step to step while others wait; 0: it ends with its step. Likewise.</param>
/// <param name="Threads">Of each step that begins from now on; 0: all. As 15 bits.</param>
/// <param name="Spins">While it is named to follow, no step needs the processor on which it would spin for the end of the turn before.</param>
public readonly record struct TurnSlice(uint Step, uint Turn, int Threads = 0, bool Spins = false)
{
    private const int TimeBits = 24;
    private const uint Longest = (1u << TimeBits) - 1;
    private const int ThreadShift = 2 * TimeBits;
    private const ulong MostThreads = (1 << 15) - 1;
    private const ulong SpinsBit = 1UL << 63;

    public static TurnSlice Of(ulong bits) =>
        new((uint)bits & Longest, (uint)(bits >> TimeBits) & Longest, (int)((bits >> ThreadShift) & MostThreads), (bits & SpinsBit) != 0);

    public ulong Bits => Math.Min(Step, Longest) | ((ulong)Math.Min(Turn, Longest) << TimeBits) | (((ulong)Threads & MostThreads) << ThreadShift) | (Spins ? SpinsBit : 0);
}
