using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Handler;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// The socket to one handler: many invocations on one connection, one loop that writes and one that reads. What comes was written by tenants' code, whatever
/// program it runs in: a frame that is not as agreed ends the connection, and the process with it.
/// </summary>
internal sealed partial class HandlerChannel : IAsyncDisposable
{
    /// <summary>A day: loading an assembly takes no longer, and what is more is no time.</summary>
    private const double MostLoadMs = 24.0 * 60 * 60 * 1_000;

    private readonly HandlerId _id;
    private readonly FunctionId _owner;
    private readonly TimeProvider _time;
    private readonly DescriptorStream _stream;
    private readonly Action<string> _line;
    private readonly ILogger _logger;
    private readonly Channel<ToHandler> _outbox = Channel.CreateBounded<ToHandler>(new BoundedChannelOptions(1_024) { SingleReader = true });
    private readonly ConcurrentDictionary<ulong, HandlerCall> _calls = new();
    private readonly TaskCompletionSource<HandlerOpening> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writing;
    private readonly long _begun;
    private ulong _lastInvocation;
    private int _closed;

    /// <param name="id">Which channel it is, in logs.</param>
    /// <param name="owner">Whose.</param>
    /// <param name="stream">The connection.</param>
    /// <param name="line">Called with each line that the code writes to its log.</param>
    /// <param name="time">Of the pace at which it is read.</param>
    /// <param name="logger">The worker's own.</param>
    public HandlerChannel(HandlerId id, FunctionId owner, DescriptorStream stream, Action<string> line, TimeProvider time, ILogger logger)
    {
        _id = id;
        _owner = owner;
        _time = time;
        _stream = stream;
        _line = line;
        _logger = logger;
        _begun = time.GetTimestamp();
        _writing = Task.Run(WriteAllAsync);
        Closed = Task.Run(ReadAllAsync);
    }

    /// <summary>Completes when nothing will be heard from this handler any more. Never fails.</summary>
    public Task Closed { get; }

    /// <summary>Known before anybody is told: whoever hears that he lost it and tries again does not find it open.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    public async Task<HandlerOpening> OpenAsync(OpenCode open, CancellationToken cancellationToken)
    {
        await SendAsync(new ToHandler { Open = open }, cancellationToken);
        return await _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Begins an invocation. Null: the handler has ended, and nothing was sent.</summary>
    public async Task<HandlerCall?> InvokeAsync(Invoke invoke, CancellationToken cancellationToken)
    {
        invoke.Invocation = Interlocked.Increment(ref _lastInvocation);
        invoke.ReplyCredits = HandlerLimits.ReplyCredits;
        var call = new HandlerCall(this, invoke.Invocation);
        _calls[call.Invocation] = call;

        var isSent = false;

        try
        {
            if (IsClosed)
            {
                return null;
            }

            isSent = await TrySendAsync(new ToHandler { Invoke = invoke }, cancellationToken);
            return isSent ? call : null;
        }
        finally
        {
            if (!isSent)
            {
                // The handler knows of no such invocation.
                _calls.TryRemove(call.Invocation, out _);
                call.Close();
            }
        }
    }

    public ValueTask EndAsync(CancellationToken cancellationToken) => SendAsync(new ToHandler { End = new EndHandler() }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _outbox.Writer.TryComplete();
        await _closing.CancelAsync();
        await Closed;
        await _writing;
        _closing.Dispose();
    }

    /// <summary>After the connection has ended frames go nowhere: whoever waits for an answer learns it from the reader's end.</summary>
    internal async ValueTask SendAsync(ToHandler message, CancellationToken cancellationToken) => await TrySendAsync(message, cancellationToken);

    private async ValueTask<bool> TrySendAsync(ToHandler message, CancellationToken cancellationToken)
    {
        try
        {
            await _outbox.Writer.WriteAsync(message, cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            LogDropped(_id, message.KindCase);
            return false;
        }
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (var message in _outbox.Reader.ReadAllAsync(_closing.Token))
            {
                using var frame = PooledFrame.Encode(message, HandlerLimits.MaxToHandlerBytes);
                await _stream.WriteAsync(frame.Bytes, _closing.Token);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Disposed: what was not sent is wanted by nobody.
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            // The reader sees the same end and tells everybody.
            LogBroken(failure, _id);
        }
        finally
        {
            _outbox.Writer.TryComplete();

            while (_outbox.Reader.TryRead(out _))
            {
                // Whoever waits for room goes on, and finds the channel closed.
            }
        }
    }

    private async Task ReadAllAsync()
    {
        try
        {
            var pace = new HandlerPace();
            await using var reader = new FrameReader<FromHandler>(_stream, FromHandler.Parser, HandlerLimits.MaxFromHandlerBytes);
            FrameRead<FromHandler> read;

            while ((read = await reader.ReadAsync(_closing.Token)).Message is { } message)
            {
                if (!TryDispatch(message))
                {
                    LogBreach(_id, _owner, message.KindCase);
                    _line($"the connection to the code was cut: it sent {message.KindCase} where none may come");
                    break;
                }

                await KeepPaceAsync(pace, message.CalculateSize());
            }

            LogEnd(read.Status);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException)
        {
            LogBroken(failure, _id);
        }
        catch (Exception failure)
        {
            // Whatever the code sent that this could not take, descriptors among it: the connection is over, and who waits for its end is to hear of no other failure.
            LogUntaken(failure, _id, _owner);
            _line("the connection to the code was cut: it sent what cannot be taken");
        }
        finally
        {
            Close();
        }
    }

    /// <summary>An end in the middle of a frame is a process that was killed; a frame that is none was written by the code.</summary>
    private void LogEnd(FrameReadStatus status)
    {
        if (status is FrameReadStatus.Malformed or FrameReadStatus.TooLarge)
        {
            LogNoFrame(_id, _owner, status);
            _line("the connection to the code was cut: it sent what is no frame");
        }
    }

    private async ValueTask KeepPaceAsync(HandlerPace pace, int bytes)
    {
        var wasFlooded = pace.IsFlooded;
        var isToRest = pace.Count(_time.GetElapsedTime(_begun), bytes);

        if (pace.IsFlooded && !wasFlooded)
        {
            LogFlood(_id, _owner, HandlerPace.Period);
            _line("the code sends more than is read of it at once; it is read slowly for a while");
        }

        if (isToRest)
        {
            await Task.Delay(HandlerPace.Rest, _time, _closing.Token);
        }
    }

    /// <summary>False: the handler broke the protocol.</summary>
    private bool TryDispatch(FromHandler message)
    {
        switch (message.KindCase)
        {
            case FromHandler.KindOneofCase.Opened:
                return message.Opened.LoadMs is >= 0 and <= MostLoadMs && _opened.TrySetResult(new HandlerOpening.Opened(TimeSpan.FromMilliseconds(message.Opened.LoadMs)));
            case FromHandler.KindOneofCase.OpenRefused:
                return _opened.TrySetResult(new HandlerOpening.Refused(message.OpenRefused.Message));
            case FromHandler.KindOneofCase.Log:
                _line(message.Log.Text);
                return true;
            case FromHandler.KindOneofCase.ReplyHead:
                return message.ReplyHead.Reply is not null && TryGive(message.ReplyHead.Invocation, message);
            case FromHandler.KindOneofCase.ReplyPart:
                return TryGive(message.ReplyPart.Invocation, message);
            case FromHandler.KindOneofCase.Ask:
                return TryGive(message.Ask.Invocation, message);
            case FromHandler.KindOneofCase.GenerationCredit:
                return TryGive(message.GenerationCredit.Invocation, message);
            case FromHandler.KindOneofCase.GenerationLeft:
                return TryGive(message.GenerationLeft.Invocation, message);
            case FromHandler.KindOneofCase.Done:
                return TryEnd(message.Done.Invocation, message);
            case FromHandler.KindOneofCase.Faulted:
                return TryEnd(message.Faulted.Invocation, message);
            default:
                return false;
        }
    }

    /// <summary>An invocation that has ended may still be followed by what its code does behind our back; one that never was may not.</summary>
    private bool TryGive(ulong invocation, FromHandler message) =>
        _calls.TryGetValue(invocation, out var call) ? call.TryAccept(message) : invocation > 0 && invocation <= Volatile.Read(ref _lastInvocation);

    private bool TryEnd(ulong invocation, FromHandler message)
    {
        if (!_calls.TryRemove(invocation, out var call))
        {
            return false;
        }

        var accepted = call.TryAccept(message);
        call.Close();
        return accepted;
    }

    private void Close()
    {
        // Before the sweep: whoever registers after it sees the flag and does not wait.
        Interlocked.Exchange(ref _closed, 1);
        _outbox.Writer.TryComplete();
        _opened.TrySetResult(new HandlerOpening.Lost());

        foreach (var (_, call) in _calls)
        {
            call.Close();
        }

        _calls.Clear();
    }

    [LoggerMessage(3621, LogLevel.Debug, "Handler {Handler} is gone; {Frame} was not sent")]
    private partial void LogDropped(HandlerId handler, ToHandler.KindOneofCase frame);

    [LoggerMessage(3622, LogLevel.Debug, "The connection to handler {Handler} broke")]
    private partial void LogBroken(Exception exception, HandlerId handler);

    [LoggerMessage(3623, LogLevel.Warning, "Handler {Handler} of {Owner} broke the protocol with {Frame}; it is cut off")]
    private partial void LogBreach(HandlerId handler, FunctionId owner, FromHandler.KindOneofCase frame);

    [LoggerMessage(3624, LogLevel.Warning, "Handler {Handler} of {Owner} sent what is no frame ({Status}); it is cut off")]
    private partial void LogNoFrame(HandlerId handler, FunctionId owner, FrameReadStatus status);

    [LoggerMessage(3625, LogLevel.Warning, "Handler {Handler} of {Owner} sent what cannot be taken; it is cut off")]
    private partial void LogUntaken(Exception exception, HandlerId handler, FunctionId owner);

    [LoggerMessage(3626, LogLevel.Warning, "Handler {Handler} of {Owner} sends more than any answer needs; for the rest of {Period} it is read slowly")]
    private partial void LogFlood(HandlerId handler, FunctionId owner, TimeSpan period);
}
