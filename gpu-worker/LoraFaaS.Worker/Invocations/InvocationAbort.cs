using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Worker.Invocations;

/// <summary>The one token an invocation runs under, and why it was cancelled: whoever comes first names the cause.</summary>
internal sealed class InvocationAbort : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenRegistration[] _causes;
    private int _cause;

    public InvocationAbort(TimeSpan timeLimit, TimeProvider time, CancellationToken client, CancellationToken drained)
    {
        // Timers beyond 49 days are refused; nobody waits that long.
        _deadline = new CancellationTokenSource(timeLimit < TimeSpan.FromDays(40) ? timeLimit : TimeSpan.FromDays(40), time);
        _causes =
        [
            client.Register(() => Abort(AbortCause.Client)),
            _deadline.Token.Register(() => Abort(AbortCause.Deadline)),
            drained.Register(() => Abort(AbortCause.Drain)),
        ];
    }

    public CancellationToken Token => _source.Token;

    public AbortCause Cause => (AbortCause)Volatile.Read(ref _cause);

    public void Abort(AbortCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)AbortCause.None) == (int)AbortCause.None)
        {
            _source.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (var cause in _causes)
        {
            cause.Dispose();
        }

        _deadline.Dispose();
        _source.Dispose();
    }
}
