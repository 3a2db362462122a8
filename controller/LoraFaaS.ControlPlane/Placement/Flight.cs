namespace LoraFaaS.ControlPlane.Placement;

/// <summary>One activation under way and how many wait for it.</summary>
internal sealed class Flight
{
    private int _waiters;

    public Task<ActivationOutcome> Outcome { get; private set; } = Task.FromException<ActivationOutcome>(new InvalidOperationException("The flight has not started."));

    public void Start(Task<ActivationOutcome> outcome) => Outcome = outcome;

    public bool TryJoin(int limit)
    {
        if (Interlocked.Increment(ref _waiters) <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _waiters);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _waiters);
}
