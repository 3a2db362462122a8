namespace LoraFaaS.Policies.Batching;

/// <summary>What an invocation meets when it comes to a queue, frozen.</summary>
public sealed record QueueSnapshot
{
    /// <summary>Until its one deadline.</summary>
    public required TimeSpan TimeLeft { get; init; }

    /// <summary>Until the first token was promised; null: no promise.</summary>
    public required TimeSpan? SloLeft { get; init; }

    /// <summary>Sequences its sandbox runs.</summary>
    public required int Running { get; init; }

    /// <summary>Invocations that wait for the same sandbox.</summary>
    public required int Waiting { get; init; }

    /// <summary>How long the one with a place that has waited longest for his first token has waited; zero: nobody waits for one.</summary>
    public TimeSpan Pending { get; init; }

    /// <summary>Invocations that wait for their first token there, with a place or without.</summary>
    public int Ahead { get; init; }

    public FirstTokenPace Pace { get; init; }

    /// <summary>Sequences the sandbox runs at most.</summary>
    public required int Slots { get; init; }

    /// <summary>M: sandboxes with work on this device, this one included.</summary>
    public required int Contenders { get; init; }

    /// <summary>How long a sequence keeps its slot, as measured under the contention there was.</summary>
    public required TimeSpan Residence { get; init; }

    public required BatchProfile Profile { get; init; }
}
