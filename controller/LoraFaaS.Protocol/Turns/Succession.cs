namespace LoraFaaS.Protocol.Turns;

/// <summary>
/// Whom a waiting sandbox follows: when that one's word says that its turn has ended, the turn that is named here is its own, without a
/// way through the worker. 0: nobody.
/// </summary>
/// <param name="Slot">Of the one before.</param>
/// <param name="Before">The turn that is to end.</param>
/// <param name="Turn">The turn that follows it.</param>
public readonly record struct Succession(int Slot, uint Before, uint Turn)
{
    private const int SlotShift = 56;

    public static Succession Of(ulong bits) =>
        new((int)(bits >> SlotShift), (uint)((bits >> TurnNumber.Bits) & TurnNumber.Mask), (uint)(bits & TurnNumber.Mask));

    public ulong Bits => ((ulong)Slot << SlotShift) | ((ulong)Before << TurnNumber.Bits) | Turn;

    public bool IsNone => Turn == 0;
}
