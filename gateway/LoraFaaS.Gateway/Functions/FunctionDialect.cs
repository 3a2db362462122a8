using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.CloudEvents;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Functions;

/// <summary>
/// <c>/function/{name}[.namespace][/path]</c>: text in, generated text out. The path is for the function itself, and a function that is an adapter alone
/// has no use for it; one with code gets the call as it came and answers in its own words. An event (CloudEvents) is answered with an event.
/// </summary>
internal sealed class FunctionDialect(RouteBoard board, BodyReader bodies, GenerationRunner runner, InvocationDeadline deadline) : IDialect
{
    private const string Allowed = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";

    public string Name => "function";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        var name = (string)context.Request.RouteValues["name"]!;

        if (!board.HasRoutes)
        {
            await FailAsync(context, invocation, RouteBoard.NoTableYet);
            return;
        }

        if (RevisionLookup.Find(board.Table, name)?.For(context.Request, invocation) is not { } route)
        {
            invocation.Failure = ErrorCode.FunctionNotFound;
            await PlainText.WriteAsync(context, StatusCodes.Status404NotFound, $"error finding function {FullName(name)}: no such function is deployed");
            return;
        }

        invocation.Route = route;

        if (HttpMethods.IsOptions(context.Request.Method))
        {
            // A browser's preflight asks what may be called; it is not a call.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.Allow = Allowed;
            return;
        }

        if (await deadline.ApplyAsync(invocation, route, context.Request) is { } wrong)
        {
            await FailAsync(context, invocation, wrong);
            return;
        }

        switch (await bodies.ReadAsync(context, invocation.Stopped))
        {
            case BodyRead.Refused refused:
                await FailAsync(context, invocation, refused.Problem);
                return;

            case BodyRead.Complete body:
                await AnswerAsync(context, invocation, route, body.Bytes);
                return;

            default:
                throw new UnreachableException();
        }
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem) => PlainText.WriteAsync(context, problem);

    private Task AnswerAsync(HttpContext context, Invocation invocation, RouteEntry route, ReadOnlyMemory<byte> body) => EventReader.Read(context.Request, body) switch
    {
        EventReading.NoEvent => AnswerAsync(context, invocation, route, body, null),
        EventReading.Received { Call: var call } => AnswerAsync(context, invocation, route, call.Data, call),
        EventReading.Refused refused => FailAsync(context, invocation, refused.Problem),
        _ => throw new UnreachableException(),
    };

    private Task AnswerAsync(HttpContext context, Invocation invocation, RouteEntry route, ReadOnlyMemory<byte> data, EventCall? call)
    {
        if (route.Revision.Code is not null)
        {
            return AnswerByCodeAsync(context, invocation, route, data, call);
        }

        var type = call is null ? context.Request.ContentType : call.DataType;

        // The server makes a feature and a collection of a query that is asked for, also where there is none.
        var query = context.Request.QueryString.HasValue ? context.Request.Query : QueryCollection.Empty;
        var (input, problem) = FunctionInput.Read(data, type, query, route.Revision.Prompt);

        if (input is null)
        {
            return FailAsync(context, invocation, problem!);
        }

        var format = FunctionFormats.From(context.Request.Headers.Accept);
        var request = GenerateRequestFactory.Create(invocation.CallId, route, input.Prompt, input.Sampling, format.IsStream());
        var events = runner.RunAsync(invocation, route, request, invocation.Stopped);

        return format.IsStream()
            ? new FunctionStreamRenderer(context, invocation, format).RenderAsync(events)
            : FunctionAnswerRenderer.RenderAsync(context, invocation, format, EventReply.For(context.Request.Headers, call), events);
    }

    private Task AnswerByCodeAsync(HttpContext context, Invocation invocation, RouteEntry route, ReadOnlyMemory<byte> data, EventCall? call)
    {
        var request = GenerateRequestFactory.CreateCall(invocation.CallId, route, FunctionCalls.OfRequest(context.Request, data, call));
        var events = runner.RunAsync(invocation, route, request, invocation.Stopped);
        return new CodeReplyRenderer(context, invocation, EventReply.For(context.Request.Headers, call)).RenderAsync(events);
    }

    private static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return PlainText.WriteAsync(context, problem);
    }

    /// <summary>NAME.NS, as OpenFaaS says it, also for what cannot be a name.</summary>
    private static string FullName(string name) => name.Contains('.', StringComparison.Ordinal) ? name : $"{name}.{NamespaceName.Default}";
}
