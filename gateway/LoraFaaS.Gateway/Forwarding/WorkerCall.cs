using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Forwarding.Wire;
using LoraFaaS.Gateway.Metering;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// One try at one worker. Events are decoded from the answer as they arrive and nothing is read ahead of them, so that a try can fail, be repeated or be
/// resumed elsewhere while the caller's own response knows nothing of it, and a slow reader leaves the bytes where the worker's credits run out.
/// </summary>
internal sealed class WorkerCall(WorkerTransport transport, WorkerAddress address, GenerateRequest request, AccountBook? account, TimeSpan timeLeft) : IAsyncDisposable
{
    private static readonly ActivitySource Activities = new(InvocationMeter.Name);

    /// <summary>The answer's end follows its last event at once. A worker that leaves it out loses the connection, not our time.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromMilliseconds(250);

    private WorkerLink? _link;
    private bool _lastSeen;

    public async ValueTask<WorkerAnswer> AnswerAsync(CancellationToken cancellationToken)
    {
        using var span = Activity.Current is { IsAllDataRequested: true } ? Activities.StartActivity("worker", ActivityKind.Client) : null;

        while (true)
        {
            var kept = address.Idle.TryTake();

            if (kept is null && await DialAsync(cancellationToken) is { } unreachable)
            {
                return unreachable;
            }

            _link ??= kept!;
            account?.Connected();
            using var asked = new WorkerRequest(address, request, timeLeft, Activity.Current);

            switch (await _link.AskAsync(asked.Bytes, cancellationToken))
            {
                case AskOutcome.Answered:
                    return _link.Head.Status == StatusCodes.Status200OK
                        ? Judge(_link.Head)
                        : await RefusalBody.ReadAsync(_link, cancellationToken);

                // As where nobody accepts: it was most likely restarted meanwhile, and nothing has begun.
                case AskOutcome.Unanswered when kept is not null:
                    _link.Dispose();
                    _link = null;
                    address.Idle.Clear();
                    break;

                case AskOutcome.Unanswered or AskOutcome.Torn:
                    return new WorkerAnswer.Unreachable("closed");

                case AskOutcome.Malformed:
                    return new WorkerAnswer.Unreachable("what it answered is not HTTP as a worker speaks it");

                default:
                    throw new UnreachableException();
            }
        }
    }

    /// <summary>The next event as soon as its last byte is here.</summary>
    public async ValueTask<WorkerRead> ReadAsync(CancellationToken cancellationToken)
    {
        FrameRead<GenerateEvent> read;

        try
        {
            read = await _link!.ReadEventAsync(cancellationToken);
        }
        catch (IOException)
        {
            return WorkerRead.Lost("the stream ended early (connection lost)");
        }

        if (read.Message is { KindCase: GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed })
        {
            _lastSeen = true;
        }

        return read.Status switch
        {
            FrameReadStatus.Message => new WorkerRead(read.Message, ""),
            FrameReadStatus.End or FrameReadStatus.Torn => WorkerRead.Lost("the stream ended early (closed)"),
            FrameReadStatus.TooLarge => WorkerRead.Lost("a frame is larger than any event"),
            FrameReadStatus.Malformed => WorkerRead.Lost("a frame is not an event"),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>A connection whose answer was read to its end is used again; any other is closed, and that is how the worker hears that it is to stop.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_link is not { } link)
        {
            return;
        }

        if (_lastSeen && !link.IsBodyDone)
        {
            await ReadEndAsync(link);
        }

        if (link.IsReusable)
        {
            address.Idle.Keep(link);
        }
        else
        {
            link.Dispose();
        }
    }

    /// <summary>Null: it is there.</summary>
    private async ValueTask<WorkerAnswer.Unreachable?> DialAsync(CancellationToken cancellationToken)
    {
        try
        {
            _link = await transport.DialAsync(address, cancellationToken);
            return null;
        }
        catch (UnprovenPeerException)
        {
            return new WorkerAnswer.Unreachable("what answers there is no worker of this platform");
        }
        catch (AuthenticationException)
        {
            return new WorkerAnswer.Unreachable("its certificate is not of this platform");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return new WorkerAnswer.Unreachable("no connection");
        }
    }

    private static WorkerAnswer Judge(AnswerHead head) => head.IsEvents
        ? WorkerAnswer.Streaming.Instance
        : new WorkerAnswer.Failed(new Problem(ErrorCode.WorkerUnavailable, "the worker answered with something that is not a stream of events"));

    private static async ValueTask ReadEndAsync(WorkerLink link)
    {
        using var patience = new CancellationTokenSource();
        var reading = link.ReadEventAsync(patience.Token);

        if (!reading.IsCompleted)
        {
            patience.CancelAfter(EndPatience);
        }

        try
        {
            await reading;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // All that mattered was here before.
        }
    }
}
