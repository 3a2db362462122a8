namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// The invocations that had to wait for artifacts and still wait for their first token. A blank's start is half a second of a processor, and on a small
/// machine it is the cold start beside it that pays: the next blank begins after it.
/// </summary>
internal sealed class ColdInvocations
{
    private readonly Lock _gate = new();
    private readonly HashSet<Wait> _waiting = [];

    /// <summary>Until disposed, an invocation waits.</summary>
    public IDisposable Begin()
    {
        var wait = new Wait(this);

        lock (_gate)
        {
            _waiting.Add(wait);
        }

        return wait;
    }

    /// <summary>Completes when none of those that wait now waits any more, whoever has come since. Never fails.</summary>
    public Task PresentAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_waiting.Select(wait => wait.Over));
        }
    }

    private void End(Wait wait)
    {
        lock (_gate)
        {
            _waiting.Remove(wait);
        }
    }

    private sealed class Wait(ColdInvocations cold) : IDisposable
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Over => _over.Task;

        public void Dispose()
        {
            cold.End(this);
            _over.TrySetResult();
        }
    }
}
