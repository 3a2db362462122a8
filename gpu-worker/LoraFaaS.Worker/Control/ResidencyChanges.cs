namespace LoraFaaS.Worker.Control;

/// <summary>Rung by every tier when something came or went, so that the next heartbeat does not wait for its second.</summary>
internal sealed class ResidencyChanges
{
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Completes at the first ring after the time of the call.</summary>
    public Task NextAsync(CancellationToken cancellationToken) => Volatile.Read(ref _next).Task.WaitAsync(cancellationToken);

    public void Ring() => Interlocked.Exchange(ref _next, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
