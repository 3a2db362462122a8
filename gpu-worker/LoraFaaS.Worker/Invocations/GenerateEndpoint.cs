using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ServiceDefaults.Arrivals;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary><c>POST /v1/generate</c>: a GenerateRequest in, length-prefixed GenerateEvents out.</summary>
internal sealed class GenerateEndpoint(
    WorkerPipeline pipeline, ConcurrencyBound concurrency, DrainState drain, WorkerName worker, IOptions<WorkerOptions> options, TimeProvider time)
{
    /// <summary>A caller that waits for a place takes it within a round trip. One that hangs keeps it from others no longer than this.</summary>
    private static readonly TimeSpan ClaimLimit = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options = options.Value;
    private readonly string _arithmetic = KernelReport.ArithmeticFor(options.Value);

    public static void Map(IEndpointRouteBuilder routes, GenerateEndpoint endpoint) => routes.MapPost("/v1/generate", endpoint.HandleAsync);

    private async Task HandleAsync(HttpContext context)
    {
        var arrivedAt = ArrivedAt(context);
        var startedAt = time.GetUtcNow();
        var timeLimit = TimeLimit(context.Request);
        TakeAnyPace(context);

        using var abort = new InvocationAbort(timeLimit, time, context.RequestAborted, drain.GraceOver);
        var sink = new EventSink(context.Response, worker.Id, abort);

        try
        {
            switch (await ReadAsync(context.Request, timeLimit, arrivedAt, startedAt, abort))
            {
                case Loading<Invocation>.Ready ready:
                    await RunAsync(ready.Value, sink, abort, context.RequestAborted);
                    break;
                case Loading<Invocation>.Failed failed:
                    await sink.FailAsync(failed.Problem, AbortCause.None, context.RequestAborted);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch (OperationCanceledException)
        {
            // The caller left, or reads too slowly even for the last word: the connection says the rest.
            context.Abort();
        }
    }

    private async Task RunAsync(Invocation invocation, EventSink sink, InvocationAbort abort, CancellationToken left)
    {
        switch (await concurrency.EnterAsync(invocation, abort))
        {
            case Loading<IDisposable?>.Ready place:
                using (place.Value)
                {
                    await (invocation.Request.PlaceOnly ? HoldAsync(sink, abort, left) : pipeline.RunAsync(invocation, sink, abort));
                }

                break;
            case Loading<IDisposable?>.Failed refused:
                await sink.FailAsync(refused.Problem, abort.Cause, left);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Says that the place is there, and keeps it until the caller has taken it and hangs up.</summary>
    private async Task HoldAsync(EventSink sink, InvocationAbort abort, CancellationToken left)
    {
        if (drain.IsDraining)
        {
            await sink.FailAsync(new Problem(ErrorCode.Draining, "This worker is stopping and takes no new invocations."), abort.Cause, left);
            return;
        }

        await sink.WriteAsync(new Protocol.Data.GenerateEvent { Progress = new Protocol.Data.Progress { Stage = InvocationStage.Queue.ToWord() } }, abort.Token);
        await Task.Delay(ClaimLimit, time, abort.Token);
    }

    /// <summary>A body that comes too slowly meets the same deadline as everything after it, and is told so.</summary>
    private async Task<Loading<Invocation>> ReadAsync(HttpRequest request, TimeSpan timeLimit, long arrivedAt, DateTimeOffset startedAt, InvocationAbort abort)
    {
        try
        {
            return await ReadAsync(request, timeLimit, arrivedAt, startedAt, abort.Token);
        }
        catch (OperationCanceledException) when (abort.Cause is AbortCause.Deadline)
        {
            return new Loading<Invocation>.Failed(new Problem(ErrorCode.DeadlineExceeded, "The deadline passed before the request was read (stage: admission)."));
        }
    }

    private async Task<Loading<Invocation>> ReadAsync(
        HttpRequest request, TimeSpan timeLimit, long arrivedAt, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        if (timeLimit <= TimeSpan.Zero)
        {
            return new Loading<Invocation>.Failed(new Problem(ErrorCode.DeadlineExceeded, "No time was left when the request came (stage: admission)."));
        }

        if (request.ContentLength > _options.MaxBodyBytes)
        {
            return TooLarge();
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);

            if (read.Buffer.Length > _options.MaxBodyBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return TooLarge();
            }

            if (read.IsCompleted)
            {
                var invocation = InvocationReader.Read(read.Buffer.ToArray(), request.Headers[WireHeaders.CallId].ToString(), timeLimit, arrivedAt, startedAt);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return InvocationReader.RefuseOthersTokens(invocation, _arithmetic);
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private Loading<Invocation> TooLarge() =>
        new Loading<Invocation>.Failed(new Problem(ErrorCode.BodyTooLarge, $"The body has more than {_options.MaxBodyBytes} bytes."));

    /// <summary>Before the server parsed it and took it here, where a server says so.</summary>
    private long ArrivedAt(HttpContext context) => context.Features.Get<RequestArrival>() is { At: > 0 and var at } ? at : time.GetTimestamp();

    /// <summary>Each hop turns the time left into an instant on its own clock; without the header, this worker's own limit holds.</summary>
    private TimeSpan TimeLimit(HttpRequest request) =>
        long.TryParse(request.Headers[WireHeaders.TimeLeft], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (long)TimeSpan.FromDays(1).TotalMilliseconds))
            : _options.DefaultTimeout;

    /// <summary>A caller may think for minutes between two tokens, and the deadline already bounds it: the server's minimum rates would cut it off.</summary>
    private static void TakeAnyPace(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } response)
        {
            response.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request)
        {
            request.MinDataRate = null;
        }
    }
}
