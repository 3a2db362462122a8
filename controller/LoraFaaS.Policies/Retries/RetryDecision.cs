namespace LoraFaaS.Policies.Retries;

/// <summary>What follows a try.</summary>
public abstract record RetryDecision
{
    private RetryDecision()
    {
    }

    /// <summary>The answer stands.</summary>
    public sealed record Final : RetryDecision;

    public sealed record Again(TimeSpan After) : RetryDecision;

    /// <summary>It failed in a way that another try may mend, and there have been enough of them.</summary>
    public sealed record GiveUp : RetryDecision;
}
