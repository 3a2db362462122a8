using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>
/// <c>DELETE /async-function/{call-id}</c>: 202 when the call is ended, whether it waited, ran or was being delivered. Who may invoke a function may end
/// its calls, if he knows their ids; these are drawn at random unless their callers chose them.
/// </summary>
internal sealed class CallCancellation(CallsClient calls, KeyDesk keys, IOptions<AsyncOptions> options)
{
    private const int Over = 1;
    private const int Done = 2;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);
    private static readonly Problem NotConfirmed = new(ErrorCode.ControllerUnavailable, "the controller did not confirm it", RetryAfter: Retry);
    private static readonly Problem Unknown = new(ErrorCode.NotFound, "there is no such call, or it has been over for too long");

    public async Task HandleAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;

        if (await CancelAsync(context, id) is { } problem)
        {
            await PlainText.WriteAsync(context, problem);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentLength = 0;
    }

    /// <summary>Null: it is ended.</summary>
    private async Task<Problem?> CancelAsync(HttpContext context, string id)
    {
        try
        {
            var found = await calls.CancelAsync(new CancelRequest { CallId = id }, options.Value.EnqueueTimeout, context.RequestAborted);

            if (found.Function.Length == 0)
            {
                return Unknown;
            }

            if (keys.CheckFunction(KeyDesk.CallerOf(context), new FunctionId(new NamespaceName(found.Namespace), new FunctionName(found.Function))) is { } refused)
            {
                return refused;
            }

            var ended = await calls.CancelAsync(new CancelRequest { CallId = id, Confirmed = true }, options.Value.EnqueueTimeout, context.RequestAborted);
            return ended.Outcome switch
            {
                Done => null,
                Over => new Problem(ErrorCode.Conflict, "the call is over already"),
                _ => Unknown,
            };
        }
        catch (GrpcStatusException)
        {
            return NotConfirmed;
        }
    }
}
