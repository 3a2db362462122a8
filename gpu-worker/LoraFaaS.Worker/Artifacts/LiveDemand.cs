namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Whether an invocation waits for artifacts right now. What is loaded ahead of need gives way to it: the disk, the memory bandwidth and the room
/// are its own until it is served (prefetching that competes with live loads costs more than it saves; see papers: Chameleon, P-LoRA).
/// </summary>
internal sealed class LiveDemand : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _yield = new();
    private TaskCompletionSource _quiet = Completed();
    private int _waiting;

    public bool IsPresent
    {
        get
        {
            lock (_gate)
            {
                return _waiting > 0;
            }
        }
    }

    /// <summary>Cancelled when an invocation begins to wait. Ask for it when nobody does.</summary>
    public CancellationToken Yield
    {
        get
        {
            lock (_gate)
            {
                return _yield.Token;
            }
        }
    }

    /// <summary>Until disposed, an invocation waits.</summary>
    public IDisposable Begin()
    {
        CancellationTokenSource? yielding = null;

        lock (_gate)
        {
            if (_waiting++ == 0)
            {
                (yielding, _yield) = (_yield, new CancellationTokenSource());
                _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        // Outside the lock: what hangs on it runs here.
        yielding?.Cancel();
        yielding?.Dispose();
        return new Wait(this);
    }

    /// <summary>Completes when no invocation waits; one may again by the time it is read.</summary>
    public Task QuietAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _quiet.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _yield.Dispose();

    private void End()
    {
        lock (_gate)
        {
            if (--_waiting == 0)
            {
                _quiet.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private sealed class Wait(LiveDemand demand) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                demand.End();
            }
        }
    }
}
