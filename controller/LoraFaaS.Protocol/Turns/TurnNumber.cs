namespace LoraFaaS.Protocol.Turns;

/// <summary>Turns count up over 28 bits and are only ever compared for equality: a number comes back after days, when nobody remembers it.</summary>
public static class TurnNumber
{
    internal const int Bits = 28;
    internal const uint Mask = (1u << Bits) - 1;

    /// <summary>Never 0, which is no turn.</summary>
    public static uint After(uint turn) => ((turn + 1) & Mask) is var next and not 0 ? next : 1;
}
