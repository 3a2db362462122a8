namespace LoraFaaS.Worker.Invocations;

/// <summary>A place among those that wait; given up when the invocation runs, or ends.</summary>
internal sealed class AdmissionTicket(Action leave) : IDisposable
{
    private Action? _leave = leave;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
