namespace LoraFaaS.ControlPlane.Placement;

/// <summary>One activation under way and how many wait for it.</summary>
internal sealed class Flight
{
    private int _waiters;
    private Task<ActivationOutcome>? _outcome;

    public Task<ActivationOutcome> Outcome => _outcome ?? throw new InvalidOperationException("The flight has not started.");

    public void Start(Task<ActivationOutcome> outcome) => _outcome = outcome;

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
