using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// One try at one worker. YARP forwards an exchange of ours, not the caller's: its response body is a pipe from which frames are decoded as they arrive,
/// so that a try can fail, be repeated or be resumed elsewhere while the caller's own response knows nothing of it.
/// </summary>
internal sealed class WorkerCall : IAsyncDisposable
{
    private const string EventsContentType = "application/x-lorafaas-events";

    /// <summary>No event comes near this: a frame of tokens is some hundred bytes, an echoed prompt of 128k tokens some hundred thousand.</summary>
    private const int MaxEventBytes = 16 << 20;

    /// <summary>Unread bytes after which the worker's socket is not read on: the worker's credits then run out, and the batch goes on without us.</summary>
    private const int PauseBytes = 64 << 10;

    /// <summary>The invocation's own deadline bounds the exchange; a worker that is busy prefilling may well be silent for long.</summary>
    private static readonly ForwarderRequestConfig Exchange = new()
    {
        ActivityTimeout = TimeSpan.FromDays(1),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private readonly CancellationTokenSource _cancel;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));
    private readonly FrameReader<GenerateEvent> _frames;
    private readonly GenerateTransformer _transformer;
    private readonly Task<ForwarderError> _forwarding;

    public WorkerCall(
        IHttpForwarder forwarder, HttpMessageInvoker invoker, string url, GenerateTransformer transformer, CancellationToken cancellationToken)
    {
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _transformer = transformer;
        _frames = new FrameReader<GenerateEvent>(_pipe.Reader, GenerateEvent.Parser, MaxEventBytes);
        _forwarding = ForwardAsync(forwarder, invoker, url);
    }

    public async Task<WorkerAnswer> AnswerAsync(CancellationToken cancellationToken)
    {
        if (await _transformer.Answered.WaitAsync(cancellationToken) is not { } head)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new WorkerAnswer.Unreachable(Name(await _forwarding));
        }

        if (head.StatusCode is HttpStatusCode.OK)
        {
            return head.Content.Headers.ContentType?.MediaType == EventsContentType
                ? WorkerAnswer.Streaming.Instance
                : new WorkerAnswer.Refused(new Problem(ErrorCode.Internal, "the worker answered with something that is not a stream of events"));
        }

        return new WorkerAnswer.Refused(await RefusalBody.ReadAsync(head, _pipe.Reader, cancellationToken));
    }

    /// <summary>The next event as soon as its last byte is here.</summary>
    public async ValueTask<WorkerRead> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await _frames.ReadAsync(cancellationToken);

        return read.Status switch
        {
            FrameReadStatus.Message => new WorkerRead.Event(read.Message!),
            FrameReadStatus.End or FrameReadStatus.Torn => new WorkerRead.Lost($"the stream ended early ({Name(await _forwarding)})"),
            FrameReadStatus.TooLarge => new WorkerRead.Lost("a frame is larger than any event"),
            FrameReadStatus.Malformed => new WorkerRead.Lost("a frame is not an event"),
            _ => throw new UnreachableException(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        await _frames.DisposeAsync();
        await _forwarding;
        _cancel.Dispose();
    }

    private async Task<ForwarderError> ForwardAsync(IHttpForwarder forwarder, HttpMessageInvoker invoker, string url)
    {
        try
        {
            return await forwarder.SendAsync(InnerContext(), url, invoker, Exchange, _transformer, _cancel.Token);
        }
        finally
        {
            await _pipe.Writer.CompleteAsync();
            _transformer.Ended();
        }
    }

    private DefaultHttpContext InnerContext()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(NoRequestBody.Instance);
        context.Request.Method = HttpMethods.Post;
        context.Request.Protocol = HttpProtocol.Http11;
        context.Request.Path = GenerateTransformer.Path;
        context.Response.Body = _pipe.Writer.AsStream();
        context.RequestAborted = _cancel.Token;

        return context;
    }

    private static string Name(ForwarderError error) => error switch
    {
        ForwarderError.None => "closed",
        ForwarderError.Request => "no connection",
        ForwarderError.RequestTimedOut => "no answer in time",
        _ => error.ToString(),
    };
}
