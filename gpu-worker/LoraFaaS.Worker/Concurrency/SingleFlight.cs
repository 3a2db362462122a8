namespace LoraFaaS.Worker.Concurrency;

/// <summary>
/// One piece of work for all who ask for the same key while it runs. The work belongs to nobody in particular: an asker who leaves stops
/// waiting, not the work. It ends early only when <paramref name="lifetime"/> does.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>(CancellationToken lifetime)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Task<TResult>> _flights = [];

    /// <summary>Those in the air, for draining and tests.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _flights.Count;
            }
        }
    }

    public Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_flights.TryGetValue(key, out var flight))
            {
                // Yields before it works, and its end waits for this lock: it is always added before it is removed.
                flight = FlyAsync(key, work);
                _flights.Add(key, flight);
            }

            return flight.WaitAsync(cancellationToken);
        }
    }

    private async Task<TResult> FlyAsync(TKey key, Func<CancellationToken, Task<TResult>> work)
    {
        // Off the caller's stack and out of the lock, before any of the work runs.
        await Task.Yield();

        try
        {
            return await work(lifetime);
        }
        finally
        {
            lock (_gate)
            {
                _flights.Remove(key);
            }
        }
    }
}
