using System.Globalization;
using System.Text.Unicode;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Async;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/api/v1/async</c>: how full the queue is, what became of a call, and the dead ones, which can be replayed.</summary>
internal sealed class AsyncApi(AsyncCalls calls)
{
    private const int UsualDead = 100;
    private const int MostDead = 1_000;

    public async Task CountAsync(HttpContext context)
    {
        var counts = await calls.CountAsync(context.RequestAborted);
        await context.WriteJsonAsync(new AsyncQueueInfo(counts.Open, counts.OpenBytes, counts.Completed, counts.Dead), ContractsJson.Default.AsyncQueueInfo);
    }

    public async Task GetAsync(HttpContext context)
    {
        var id = IdOf(context);

        if (await calls.FindAsync(id, context.RequestAborted) is not { } call)
        {
            await context.WriteProblemAsync(NotFound(id, "is not known, or has been over for too long"));
            return;
        }

        await context.WriteJsonAsync(Info(call, withBody: true), ContractsJson.Default.AsyncCallInfo);
    }

    public async Task ListDeadAsync(HttpContext context)
    {
        var text = context.Request.Query["limit"].LastOrDefault();
        var most = UsualDead;

        if (!string.IsNullOrEmpty(text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out most) || most is < 1 or > MostDead))
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.InvalidRequest, $"{OneLine.Quote(text)} is not a number from 1 to {MostDead}", "limit"));
            return;
        }

        var dead = await calls.ListDeadAsync(most, context.RequestAborted);
        await context.WriteJsonAsync([.. dead.Select(call => Info(call, withBody: false))], ContractsJson.Default.ListAsyncCallInfo);
    }

    public async Task ReplayAsync(HttpContext context)
    {
        var id = IdOf(context);
        await NoteAsync(context, "call.replay", id);

        if (!await calls.ReplayAsync(id, context.RequestAborted))
        {
            await context.WriteProblemAsync(NotFound(id, "is not among the dead ones"));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    public async Task CancelAsync(HttpContext context)
    {
        var id = IdOf(context);
        await NoteAsync(context, "call.cancel", id);

        switch (await calls.CancelAsync(id, context.RequestAborted))
        {
            case CallCancellation.Done:
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                break;
            case CallCancellation.Over:
                await context.WriteProblemAsync(new Problem(ErrorCode.Conflict, $"the call {OneLine.Quote(id.Value)} is over already"));
                break;
            default:
                await context.WriteProblemAsync(NotFound(id, "is not known, or has been over for too long"));
                break;
        }
    }

    private async Task NoteAsync(HttpContext context, string action, CallId id)
    {
        var of = await calls.FindAsync(id, context.RequestAborted) is { } call ? $" of {call.Request.Function}" : "";
        AuditNote.Set(context, action, id.Value + of);
    }

    private static CallId IdOf(HttpContext context) => new((string)context.Request.RouteValues["id"]!);

    private static Problem NotFound(CallId id, string why) => new(ErrorCode.NotFound, $"the call {OneLine.Quote(id.Value)} {why}");

    private AsyncCallInfo Info(AsyncCall call, bool withBody)
    {
        var (request, progress) = (call.Request, call.Progress);
        var body = withBody ? progress.Result?.Body ?? default : default;
        var isText = Utf8.IsValid(body.Span);

        return new AsyncCallInfo
        {
            CallId = request.Id.Value,
            Function = request.Function.Name.Value,
            Namespace = request.Function.Namespace.Value,
            State = State(progress),
            Attempts = progress.Attempts,
            StartedAt = request.StartedAt,
            NextTryAt = call.IsOpen && progress.Lease is null ? progress.DueAt : null,
            FinishedAt = progress.FinishedAt,
            ExpiresAt = calls.ExpiryOf(progress),
            CallbackUrl = request.CallbackUrl,
            Error = progress.Error,
            Status = progress.Result?.Status,
            DurationSeconds = progress.Result?.DurationSeconds,
            Headers = withBody ? progress.Result?.Headers : null,
            Body = isText && !body.IsEmpty ? System.Text.Encoding.UTF8.GetString(body.Span) : null,
            BodyBase64 = isText ? null : Convert.ToBase64String(body.Span),
            Truncated = progress.Result is { Truncated: true } ? true : null,
        };
    }

    private static string State(AsyncProgress progress) => progress.Phase switch
    {
        CallPhase.Invoke => progress.Lease is null ? "queued" : "running",
        CallPhase.Deliver => "delivering",
        CallPhase.Completed => progress.Error == AsyncCalls.Cancelled ? "cancelled" : "completed",
        CallPhase.Dead => "dead",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
