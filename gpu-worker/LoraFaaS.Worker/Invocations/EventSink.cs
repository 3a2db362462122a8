using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Worker.Invocations;

/// <summary>The response: events, each framed and flushed; before the first one a problem is still a status and a JSON body, after it an event.</summary>
internal sealed class EventSink(HttpResponse response, WorkerId worker, InvocationAbort abort) : IEventSink
{
    public const string ContentType = "application/x-lorafaas-events";

    /// <summary>The status line is decided: a problem can only be an event now.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Returns when the event is in the hands of flow control: a caller that does not read makes this wait, and with it the sequence.</summary>
    public async ValueTask WriteAsync(GenerateEvent happened, CancellationToken cancellationToken)
    {
        if (!HasStarted)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = ContentType;
            response.Headers[WireHeaders.Worker] = worker.Value;
            HasStarted = true;
        }

        FrameEncoder.Encode(happened, response.BodyWriter);

        if ((await response.BodyWriter.FlushAsync(cancellationToken)).IsCompleted)
        {
            abort.Abort(AbortCause.Client);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task FailAsync(Problem problem, AbortCause cause, CancellationToken cancellationToken)
    {
        if (HasStarted)
        {
            await WriteAsync(new GenerateEvent { Failed = ToWire(problem, cause) }, cancellationToken);
            return;
        }

        response.StatusCode = problem.Code.ToHttpStatus();

        if (problem.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var body = new ProblemBody(problem.Code.ToWire(), problem.Message, problem.Field);
        await response.WriteAsJsonAsync(body, ContractsJson.Default.ProblemBody, cancellationToken: cancellationToken);
    }

    private static Failed ToWire(Problem problem, AbortCause cause) => new()
    {
        Code = problem.Code.ToWire(),
        Message = problem.Message,
        Field = problem.Field ?? "",
        RetryAfterMs = (int)(problem.RetryAfter?.TotalMilliseconds ?? 0),
        AbortCause = (int)cause,
    };
}
