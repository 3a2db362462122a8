namespace LoraFaaS.Policies.Batching;

/// <summary>What to do with the waiting invocations now.</summary>
public abstract record BatchDecision
{
    private BatchDecision()
    {
    }

    /// <summary>Send the oldest <paramref name="Count"/> on, at least one.</summary>
    public sealed record Release(int Count) : BatchDecision;

    /// <summary>Keep them; ask again after this time, or when one arrives or a slot is freed.</summary>
    public sealed record WaitFor(TimeSpan Time) : BatchDecision;

    /// <summary>Nothing waits or no slot is free: only an arrival or a freed slot changes that.</summary>
    public sealed record WaitForChange : BatchDecision;
}
