namespace LoraFaaS.Policies.Circuits;

/// <summary>Whether a place is trusted with calls.</summary>
public enum CircuitState
{
    /// <summary>It is.</summary>
    Closed = 0,

    /// <summary>It failed several times in a row, and is passed over for a while.</summary>
    Open = 1,

    /// <summary>One call is under way that shows whether it is well again.</summary>
    HalfOpen = 2,
}
