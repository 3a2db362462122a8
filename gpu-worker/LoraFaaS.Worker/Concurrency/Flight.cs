namespace LoraFaaS.Worker.Concurrency;

/// <summary>One piece of work in the air, and who still wants it. Guarded by the lock of its <see cref="SingleFlight{TKey, TResult}"/>.</summary>
internal sealed class Flight<TResult> : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenRegistration _lifetime;
    private int _askers;
    private bool _isLive;
    private bool _hasEnded;

    public Flight(CancellationToken lifetime) => _lifetime = lifetime.Register(TryCancel);

    public Task<TResult> Task { get; set; } = null!;

    public CancellationToken Token => _ending.Token;

    /// <summary>Everybody left before anybody waited for it: whoever comes now needs another.</summary>
    public bool IsAbandoned { get; private set; }

    public void Join(Urgency urgency)
    {
        _askers++;
        _isLive |= urgency is Urgency.Live;
    }

    /// <summary>True when it is to be cancelled now.</summary>
    public bool Leave()
    {
        IsAbandoned |= --_askers == 0 && !_isLive && !_hasEnded;
        return IsAbandoned;
    }

    /// <summary>Outside the lock: what hangs on the token runs here.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await _ending.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It came to its own end between the lock and this line.
        }
    }

    /// <summary>The work has ended. Its lifetime may be ending at this very moment.</summary>
    public void Dispose()
    {
        _hasEnded = true;
        _lifetime.Unregister();
        _ending.Dispose();
    }

    /// <summary>One whose work has just ended must not fail whoever ends the lifetime of all.</summary>
    private void TryCancel()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It came to its own end first.
        }
    }
}
