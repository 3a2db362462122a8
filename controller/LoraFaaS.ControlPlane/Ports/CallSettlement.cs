namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What becomes of a leased call.</summary>
public sealed record CallSettlement
{
    public required CallPhase Phase { get; init; }

    /// <summary>Tries counted in <see cref="Phase"/> from now on.</summary>
    public int Attempts { get; init; }

    /// <summary>An execution came to an end, well or not.</summary>
    public bool EndsExecution { get; init; }

    /// <summary>When the call may be leased next, for the open phases.</summary>
    public TimeSpan DueIn { get; init; }

    /// <summary>The holder goes on with the next phase under the same lease.</summary>
    public bool KeepsLease { get; init; }

    /// <summary>Null keeps what is stored.</summary>
    public CallResult? Result { get; init; }

    public string? Error { get; init; }

    public CallPhase? GivenUp { get; init; }
}
