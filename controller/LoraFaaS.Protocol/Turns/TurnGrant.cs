namespace LoraFaaS.Protocol.Turns;

/// <summary>What the worker grants a sandbox.</summary>
/// <param name="Turn">The turn that is its own; 0: none.</param>
/// <param name="Standing">It keeps the turn from step to step: nobody else wants one.</param>
/// <param name="Free">Nobody arbitrates: it runs as it likes.</param>
public readonly record struct TurnGrant(uint Turn, bool Standing, bool Free = false)
{
    private const ulong StandingBit = 1UL << 32;
    private const ulong FreeBit = 1UL << 33;

    public static TurnGrant Of(ulong bits) => new((uint)bits, (bits & StandingBit) != 0, (bits & FreeBit) != 0);

    public ulong Bits => Turn | (Standing ? StandingBit : 0) | (Free ? FreeBit : 0);
}
