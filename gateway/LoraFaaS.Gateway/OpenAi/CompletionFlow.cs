using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What both OpenAI dialects do in the same order: read, find the function, set the deadline, generate, render.</summary>
internal sealed class CompletionFlow(RouteBoard board, BodyReader bodies, InvocationDeadline deadline, GenerationFanOut fanOut)
{
    /// <summary>The body, or null when it was refused and the caller has been told.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context, Invocation invocation)
    {
        switch (await bodies.ReadAsync(context, invocation.Stopped))
        {
            case BodyRead.Complete body:
                return body.Bytes;

            case BodyRead.Refused refused:
                await FailAsync(context, invocation, refused.Problem);
                return null;

            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The function with its deadline set, or null when the caller has been told why not.</summary>
    public async Task<RouteEntry?> ResolveAsync(HttpContext context, Invocation invocation, string model)
    {
        if (AdapterLookup.Find(board.Table, model)?.For(context.Request, invocation) is not { } route)
        {
            await FailAsync(context, invocation, board.HasRoutes ? OpenAiErrors.ModelNotFound(model) : RouteBoard.NoTableYet);
            return null;
        }

        invocation.Route = route;

        if (await deadline.ApplyAsync(invocation, route, context.Request) is { } wrong)
        {
            await FailAsync(context, invocation, wrong);
            return null;
        }

        return route;
    }

    public async Task GenerateAsync(
        HttpContext context,
        Invocation invocation,
        RouteEntry route,
        CompletionOptions options,
        IReadOnlyList<GenerateRequest> firsts,
        ICompletionShape shape)
    {
        var requests = firsts.SelectMany(first => Enumerable.Range(0, options.Candidates).Select(i => GenerateRequestFactory.Nth(first, i))).ToArray();
        var events = fanOut.RunAsync(invocation, route, requests, invocation.Stopped);
        var usage = new UsageCount(options.Candidates);

        await (options.Stream
            ? new CompletionStreamRenderer(context, invocation, shape, usage, options.IncludeUsage).RenderAsync(events)
            : new CompletionRenderer(context, invocation, shape, usage).RenderAsync(events, requests.Length, options));
    }

    public static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return OpenAiErrors.WriteAsync(context, problem);
    }
}
