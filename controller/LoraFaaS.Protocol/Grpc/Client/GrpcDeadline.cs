namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>The caller's token and the call's deadline as one token, and afterwards: which of them it was.</summary>
internal sealed class GrpcDeadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _either;

    public GrpcDeadline(TimeSpan? timeout, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _timer = timeout is { } limit ? new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, time) : null;
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Ends the call from this side.</summary>
    public void Cancel() => _either.Cancel();

    /// <summary>What the caller is to see of a failure: its own cancellation, the deadline, or the transport's status.</summary>
    public Exception Translate(Exception failure)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException("The call was cancelled.", failure, _caller);
        }

        if (_timer is { IsCancellationRequested: true })
        {
            return new GrpcStatusException(GrpcStatusCode.DeadlineExceeded, "The deadline is over.", failure);
        }

        return GrpcFailure.OfTransport(failure) ?? failure;
    }

    /// <summary>Awaits a step of the call and throws what <see cref="Translate"/> makes of its failure.</summary>
    public async Task<T> GuardAsync<T>(Task<T> step)
    {
        try
        {
            return await step;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or HttpRequestException)
        {
            throw Translate(failure);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _timer?.Dispose();
    }
}
