using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary><c>POST /async-function/{name}[.namespace][/path]</c>: 202 with the call's id when the controller has it on its disk, and not before.</summary>
internal sealed class AsyncDialect(RouteBoard board, CallsClient calls, CallbackRule callbacks, BodyReader bodies, IOptions<AsyncOptions> options) : IDialect
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);

    public string Name => "async";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        var name = (string)context.Request.RouteValues["name"]!;

        if (!board.HasRoutes)
        {
            await FailAsync(context, invocation, RouteBoard.NoTableYet);
            return;
        }

        if (RevisionLookup.Find(board.Table, name) is not { } route)
        {
            var full = name.Contains('.', StringComparison.Ordinal) ? name : $"{name}.{NamespaceName.Default}";
            invocation.Failure = ErrorCode.FunctionNotFound;
            await PlainText.WriteAsync(context, StatusCodes.Status404NotFound, $"error finding function {full}: no such function is deployed");
            return;
        }

        invocation.Route = route;
        var callback = context.Request.Headers[WireHeaders.CallbackUrl].ToString();
        var headers = KeptHeaders.OfRequest(context.Request.Headers);

        if ((callback.Length > 0 ? callbacks.Check(callback) : null) is { } badCallback)
        {
            await FailAsync(context, invocation, badCallback);
            return;
        }

        if (KeptHeaders.Size(headers) > KeptHeaders.MaxBytes)
        {
            await FailAsync(context, invocation, new Problem(ErrorCode.InvalidRequest, $"the headers of an asynchronous call are at most {new ByteSize(KeptHeaders.MaxBytes)}"));
            return;
        }

        CalledName.Keep(headers, name, route.Function);
        CallPayer.Keep(headers, invocation.Caller);

        if (name.Contains(RevisionLookup.Pin, StringComparison.Ordinal))
        {
            // Behind the door, where this header is believed, it says what the name said.
            headers[WireHeaders.Revision] = route.Revision.Number.ToString(CultureInfo.InvariantCulture);
        }

        switch (await bodies.ReadAsync(context, new ByteSize(options.Value.MaxBodyBytes), invocation.Stopped))
        {
            case BodyRead.Refused refused:
                await FailAsync(context, invocation, refused.Problem);
                return;

            case BodyRead.Complete body:
                await EnqueueAsync(context, invocation, Call(context.Request, invocation, route.Function, headers, callback, body.Bytes));
                return;

            default:
                throw new UnreachableException();
        }
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem) => PlainText.WriteAsync(context, problem);

    private async Task EnqueueAsync(HttpContext context, Invocation invocation, CallRequest call)
    {
        var reply = await AskAsync(call, invocation.Stopped);

        if (reply.ErrorCode.Length > 0)
        {
            var wait = reply.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(reply.RetryAfterMs) : (TimeSpan?)null;
            await FailAsync(context, invocation, new Problem(ErrorCodes.FromWire(reply.ErrorCode), reply.ErrorMessage, RetryAfter: wait));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentLength = 0;
    }

    /// <summary>A lost answer is no refusal: the call may be stored. A caller that repeats its X-Call-Id makes no second one.</summary>
    private async Task<EnqueueReply> AskAsync(CallRequest call, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.EnqueueAsync(new EnqueueRequest { Call = call }, options.Value.EnqueueTimeout, cancellationToken);
        }
        catch (GrpcStatusException exception)
        {
            return new EnqueueReply
            {
                ErrorCode = ErrorCode.ControllerUnavailable.ToWire(),
                ErrorMessage = $"the controller did not confirm the call: {exception.Status}",
                RetryAfterMs = (int)StoreRetry.TotalMilliseconds,
            };
        }
    }

    private static CallRequest Call(
        HttpRequest request, Invocation invocation, FunctionId function, Dictionary<string, string> headers, string callback, ReadOnlyMemory<byte> body) => new()
    {
        CallId = invocation.CallId.Value,
        Namespace = function.Namespace.Value,
        Function = function.Name.Value,
        Path = request.RouteValues["path"] is string { Length: > 0 } path ? "/" + path : "",
        Query = request.QueryString.Value ?? "",
        Headers = { headers },
        Body = UnsafeByteOperations.UnsafeWrap(body),
        CallbackUrl = callback,
        StartedUnixNanos = (invocation.StartedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
    };

    private static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return PlainText.WriteAsync(context, problem);
    }
}
