namespace LoraFaaS.Gateway.Activation;

/// <summary>One activation under way and who waits for it. All members are used under the desk's lock.</summary>
internal sealed class Flight(long startedTimestamp)
{
    public long StartedTimestamp { get; } = startedTimestamp;

    /// <summary>Cancelled when the last waiter has left: nobody wants it any more.</summary>
    public CancellationTokenSource Abandoned { get; } = new();

    public Task<ActivationOutcome>? Outcome { get; set; }

    public int Waiters { get; set; }
}
