namespace LoraFaaS.Worker.Concurrency;

/// <summary>
/// One piece of work for all who ask for the same key while it runs. The work belongs to nobody in particular: an asker who leaves stops
/// waiting, not the work, unless nobody ever waited for it but those who asked ahead of need and they have all left. Otherwise it ends early only
/// when <paramref name="lifetime"/> does.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>(CancellationToken lifetime)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Flight<TResult>> _flights = [];

    /// <summary>What is in the air.</summary>
    public IReadOnlyList<TKey> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _flights.Keys];
            }
        }
    }

    public Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken, Urgency urgency = Urgency.Live)
    {
        Flight<TResult>? flight;

        lock (_gate)
        {
            if (!_flights.TryGetValue(key, out flight) || flight.IsAbandoned)
            {
                // Yields before it works, and its end waits for this lock: it is always added before it is removed.
                var before = flight?.Task;
                flight = new Flight<TResult>(lifetime);
                flight.Task = FlyAsync(key, flight, before, work);
                _flights[key] = flight;
            }

            flight.Join(urgency);
        }

        return WaitAsync(flight, cancellationToken);
    }

    private async Task<TResult> WaitAsync(Flight<TResult> flight, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            bool isAbandoned;

            lock (_gate)
            {
                isAbandoned = flight.Leave();
            }

            if (isAbandoned)
            {
                await flight.CancelAsync();
            }
        }
    }

    private async Task<TResult> FlyAsync(TKey key, Flight<TResult> flight, Task? before, Func<CancellationToken, Task<TResult>> work)
    {
        // Off the caller's stack and out of the lock, before any of the work runs.
        await Task.Yield();

        try
        {
            if (before is not null)
            {
                // The same work, given up and not yet at its end: two of it at once would meet in the same places.
                await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return await work(flight.Token);
        }
        finally
        {
            lock (_gate)
            {
                flight.Dispose();

                if (_flights.GetValueOrDefault(key) == flight)
                {
                    _flights.Remove(key);
                }
            }
        }
    }
}
