namespace LoraFaaS.Worker.Turns;

/// <summary>What others tell the arbiter's thread.</summary>
internal abstract record TurnChange
{
    private TurnChange()
    {
    }

    internal sealed record Came(TurnSlot Slot) : TurnChange;

    internal sealed record Joined(TurnSlot Slot) : TurnChange;

    internal sealed record Gone(TurnSlot Slot) : TurnChange;

    /// <summary>An eviction, or a load, that is charged to a namespace beside its turns. Seconds of device time.</summary>
    internal sealed record Charged(string Owner, double Seconds) : TurnChange;
}
