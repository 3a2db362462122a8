using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// One try at one worker. Frames are decoded from the answer as they arrive and nothing is read ahead of them, so that a try can fail, be repeated or be
/// resumed elsewhere while the caller's own response knows nothing of it, and a slow reader leaves the bytes where the worker's credits run out.
/// </summary>
/// <param name="invoker">The connections.</param>
/// <param name="request">Disposed with the call.</param>
internal sealed class WorkerCall(HttpMessageInvoker invoker, HttpRequestMessage request) : IAsyncDisposable
{
    internal const string EventsContentType = "application/x-lorafaas-events";

    /// <summary>No event comes near this: a frame of tokens is some hundred bytes, an echoed prompt of 128k tokens some hundred thousand.</summary>
    private const int MaxEventBytes = 16 << 20;

    /// <summary>
    /// Held for as long as nothing comes, which for a stream is most of its life: a frame of tokens and no more. The handler's own buffer beneath it is larger,
    /// so that a larger frame costs copies and no system calls.
    /// </summary>
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 512, minimumReadSize: 64);

    /// <summary>The answer's end follows its last event at once. A worker that leaves it out loses the connection, not our time.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromMilliseconds(250);

    private HttpResponseMessage? _response;
    private FrameReader<GenerateEvent>? _frames;
    private bool _lastSeen;

    public async Task<WorkerAnswer> AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            _response = await invoker.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            return new WorkerAnswer.Unreachable(exception.InnerException is UnprovenPeerException ? "what answers there is no worker of this platform" : Name(exception.HttpRequestError));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WorkerAnswer.Unreachable("no connection in time");
        }

        var body = PipeReader.Create(await _response.Content.ReadAsStreamAsync(cancellationToken), Buffers);

        if (_response.StatusCode is not HttpStatusCode.OK)
        {
            return new WorkerAnswer.Refused(await RefusalAsync(_response, body, cancellationToken));
        }

        _frames = new FrameReader<GenerateEvent>(body, GenerateEvent.Parser, MaxEventBytes);

        return _response.Content.Headers.ContentType?.MediaType == EventsContentType
            ? WorkerAnswer.Streaming.Instance
            : new WorkerAnswer.Refused(new Problem(ErrorCode.Internal, "the worker answered with something that is not a stream of events"));
    }

    /// <summary>The next event as soon as its last byte is here.</summary>
    public async ValueTask<WorkerRead> ReadAsync(CancellationToken cancellationToken)
    {
        FrameRead<GenerateEvent> read;

        try
        {
            read = await _frames!.ReadAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            return new WorkerRead.Lost($"the stream ended early ({(exception is HttpIOException lost ? Name(lost.HttpRequestError) : "connection lost")})");
        }

        if (read.Message is { KindCase: GenerateEvent.KindOneofCase.Finished or GenerateEvent.KindOneofCase.Failed })
        {
            _lastSeen = true;
        }

        return read.Status switch
        {
            FrameReadStatus.Message => new WorkerRead.Event(read.Message!),
            FrameReadStatus.End or FrameReadStatus.Torn => new WorkerRead.Lost("the stream ended early (closed)"),
            FrameReadStatus.TooLarge => new WorkerRead.Lost("a frame is larger than any event"),
            FrameReadStatus.Malformed => new WorkerRead.Lost("a frame is not an event"),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>A connection whose answer was read to its end is used again; any other is closed, and that is how the worker hears that it is to stop.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lastSeen)
        {
            await ReadEndAsync();
        }

        if (_frames is not null)
        {
            await _frames.DisposeAsync();
        }

        _response?.Dispose();
        request.Dispose();
    }

    private async ValueTask ReadEndAsync()
    {
        using var patience = new CancellationTokenSource();
        var reading = _frames!.ReadAsync(patience.Token);

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

    private static async Task<Problem> RefusalAsync(HttpResponseMessage head, PipeReader body, CancellationToken cancellationToken)
    {
        try
        {
            return await RefusalBody.ReadAsync(head, body, cancellationToken);
        }
        catch (IOException)
        {
            return RefusalBody.Unnamed((int)head.StatusCode);
        }
        finally
        {
            await body.CompleteAsync();
        }
    }

    private static string Name(HttpRequestError error) => error switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => "no connection",
        HttpRequestError.ResponseEnded => "closed",
        _ => error.ToString(),
    };
}
