namespace LoraFaaS.Protocol.Turns;

/// <summary>Where the words are in the two pages of a sandbox.</summary>
public static class TurnPages
{
    /// <summary>In the page that only the worker writes: changes whenever something else there has changed.</summary>
    public const int Signal = 0;

    /// <summary>In the same page: a <see cref="TurnGrant"/>.</summary>
    public const int Grant = 64;

    /// <summary>In the same page: a <see cref="Succession"/>.</summary>
    public const int Succession = 128;

    /// <summary>In the same page: a <see cref="TurnSlice"/>.</summary>
    public const int Slice = 192;

    /// <summary>In the same page: counts the sequences whose first tokens the worker has passed on.</summary>
    public const int Heard = 256;

    /// <summary>In the page that only the sandbox writes: a <see cref="TurnWord"/>.</summary>
    public const int Word = 0;

    /// <summary>Sandboxes that can take turns on one device; as many words as one wait can watch, and one for the arbiter itself.</summary>
    public const int MostSlots = 127;
}
