namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What came of handing in a call.</summary>
public enum EnqueueOutcome
{
    /// <summary>It is durable.</summary>
    Accepted,

    /// <summary>This very call id is known for the same function: a caller that repeats itself, because an answer was lost, makes no second call.</summary>
    Known,

    /// <summary>The call id is another function's.</summary>
    Conflict,

    /// <summary>The bounds are reached; nothing was stored.</summary>
    Full,
}
