namespace LoraFaaS.Protocol.Turns;

/// <summary>How long the one whose turn it is may take, in microseconds, as others' promises permit.</summary>
/// <param name="Step">Most that one step ought to take; 0: whatever it takes.</param>
/// <param name="Turn">How long the turn may go on from step to step while others wait; 0: it ends with its step.</param>
public readonly record struct TurnSlice(uint Step, uint Turn)
{
    public static TurnSlice Of(ulong bits) => new((uint)bits, (uint)(bits >> 32));

    public ulong Bits => Step | ((ulong)Turn << 32);
}
