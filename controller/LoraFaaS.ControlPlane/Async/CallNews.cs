namespace LoraFaaS.ControlPlane.Async;

/// <summary>Tells those who wait for calls that one may be due.</summary>
public sealed class CallNews
{
    private TaskCompletionSource _next = NewSignal();

    /// <summary>Take it before looking: what comes in between completes the one that is held.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Tell() => Interlocked.Exchange(ref _next, NewSignal()).SetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
