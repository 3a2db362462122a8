using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using LoraFaaS.Protocol.Grpc.Wire;

namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>
/// A running bidirectional call: one sender and one reader, at the same time if they like. Disposing it ends the call; the server sees a
/// cancellation unless the call had ended by itself.
/// </summary>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly Task<GrpcResponseReader<TResponse>> _opening;
    private readonly GrpcPushContent _content;
    private readonly GrpcDeadline _deadline;
    private readonly ArrayBufferWriter<byte> _sendBuffer = new();
    private int _isSending;
    private int _isDisposed;
    private volatile bool _isOver;

    internal GrpcDuplexCall(Task<GrpcResponseReader<TResponse>> opening, GrpcPushContent content, GrpcDeadline deadline)
    {
        _opening = opening;
        _content = content;
        _deadline = deadline;
    }

    /// <summary>False when the call is over: reading says why. Waits while the server's flow control holds it back; cancelling that wait ends the call.</summary>
    public async ValueTask<bool> TrySendAsync(TRequest message, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isSending, 1) != 0)
        {
            throw new InvalidOperationException("One message is still being sent: a call has one sender.");
        }

        try
        {
            return await SendAsync(message, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _isSending, 0);
        }
    }

    /// <summary>Half-closes: no more messages from this side, reading goes on.</summary>
    public void CompleteSending() => _content.Complete();

    /// <summary>The server's messages until the call ends: quietly when well, with <see cref="GrpcStatusException"/> when not.</summary>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);

        while (await ReadAsync(cancellationToken, either.Token) is { } message)
        {
            yield return message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _deadline.Cancel();
        _content.Complete();

        try
        {
            await using var reader = await _opening;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or HttpRequestException or GrpcStatusException)
        {
            // The call never opened or was cancelled just now; whoever reads has been told.
        }

        _deadline.Dispose();
    }

    private async Task<TResponse?> ReadAsync(CancellationToken readersOwn, CancellationToken cancellationToken)
    {
        TResponse? message = null;

        try
        {
            var reader = await _deadline.GuardAsync(_opening.WaitAsync(cancellationToken));
            message = await _deadline.GuardAsync(reader.ReadAsync(cancellationToken).AsTask());
        }
        finally
        {
            // Some servers end a call without resetting its stream, which would take our messages for ever after. A reader that only stopped waiting
            // has not seen the end.
            _isOver = message is null && !readersOwn.IsCancellationRequested;
        }

        return message;
    }

    private async Task<bool> SendAsync(TRequest message, CancellationToken cancellationToken)
    {
        if (_isOver || _opening.IsFaulted || _opening.IsCanceled || _deadline.Token.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            // The response's headers may have come before the request's stream was handed out; it is, in the next moment.
            var stream = await _content.Opened.WaitAsync(_deadline.Token);

            _sendBuffer.ResetWrittenCount();
            GrpcMessageEncoder.Encode(message, _sendBuffer);
            await stream.WriteAsync(_sendBuffer.WrittenMemory, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            // Half a message may be out: nothing can follow it on this call.
            _deadline.Cancel();
            throw;
        }
    }
}
