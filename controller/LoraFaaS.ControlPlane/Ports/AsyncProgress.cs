namespace LoraFaaS.ControlPlane.Ports;

/// <summary>How far an asynchronous call has come.</summary>
public sealed record AsyncProgress
{
    public required CallPhase Phase { get; init; }

    /// <summary>Leases given in this phase: a gateway that died with one has used up a try.</summary>
    public int Attempts { get; init; }

    /// <summary>Leases ever given, in whichever phase: says which of two executions is the later.</summary>
    public int Leases { get; init; }

    /// <summary>Executions that came to an end. Each is metered for itself; one that was cut off is metered as one with that in its place.</summary>
    public int Executions { get; init; }

    /// <summary>When it may be leased next. A lease moves this to its own end, so that a lost one frees the call by itself.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>The last lease given; only its holder may settle the call.</summary>
    public string? Lease { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public CallResult? Result { get; init; }

    /// <summary>Why the last try failed, or why it was given up.</summary>
    public string? Error { get; init; }

    /// <summary>The phase that was given up; a replay begins there.</summary>
    public CallPhase? GivenUp { get; init; }
}
