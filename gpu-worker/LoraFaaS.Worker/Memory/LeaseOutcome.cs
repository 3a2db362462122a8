namespace LoraFaaS.Worker.Memory;

/// <summary>Whether bytes were given.</summary>
internal abstract record LeaseOutcome
{
    private LeaseOutcome()
    {
    }

    internal sealed record Granted(MemoryLease Lease) : LeaseOutcome;

    /// <summary>Nothing was taken. The reason is for an operator: what was asked, what is free, of how much.</summary>
    internal sealed record Refused(string Reason) : LeaseOutcome;
}
