namespace LoraFaaS.Protocol.Turns;

/// <summary>What a sandbox says of itself in its own word.</summary>
public enum TurnPhase
{
    /// <summary>It has nothing to run, and no turn.</summary>
    Idle = 0,

    /// <summary>It has work and waits for a turn; the turn it names has ended.</summary>
    Waiting = 1,

    /// <summary>It runs a step in the turn it names.</summary>
    Running = 2,

    /// <summary>It has nothing to run and keeps the turn it names for as long as nobody else wants one.</summary>
    Resting = 3,
}
