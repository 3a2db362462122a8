using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>LoRAX's own API: the prompt as it is, and <c>adapter_id</c> says whose weights. One instance for each of its three paths.</summary>
internal sealed class LoraxDialect(
    LoraxShape shape, RouteBoard board, BodyReader bodies, GenerationRunner runner, InvocationDeadline deadline, IOptions<GatewayOptions> options) : IDialect
{
    public string Name => "lorax";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        switch (await bodies.ReadAsync(context, invocation.Stopped))
        {
            case BodyRead.Refused refused:
                await FailAsync(context, invocation, refused.Problem);
                return;

            case BodyRead.Complete body:
                await AnswerAsync(context, invocation, body.Bytes);
                return;

            default:
                throw new UnreachableException();
        }
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem) => LoraxErrors.WriteAsync(context, problem);

    private async Task AnswerAsync(HttpContext context, Invocation invocation, ReadOnlyMemory<byte> body)
    {
        var (request, problem) = LoraxRequestParser.Parse(body);

        if (request is null)
        {
            await FailAsync(context, invocation, problem!);
            return;
        }

        if (Find(request.AdapterId)?.For(context.Request, invocation) is not { } route)
        {
            await FailAsync(context, invocation, board.HasRoutes ? Unknown(request.AdapterId) : RouteBoard.NoTableYet);
            return;
        }

        invocation.Route = route;

        if (deadline.Apply(invocation, route, context.Request) is { } wrong)
        {
            await FailAsync(context, invocation, wrong);
            return;
        }

        var streams = shape is LoraxShape.Stream || (shape is LoraxShape.Either && request.Stream);
        var prompt = new Prompt { RawText = request.Inputs };
        var generation = GenerateRequestFactory.Create(invocation.CallId, route, prompt, request.Sampling, streams);
        var events = runner.RunAsync(invocation, route, generation, invocation.Stopped);
        var renderer = new LoraxRenderer(context, invocation, request, generation.Sampling.HasSeed ? generation.Sampling.Seed : null);

        await (streams ? renderer.RenderStreamAsync(events) : renderer.RenderWholeAsync(events, asList: shape is LoraxShape.Either));
    }

    private RouteEntry? Find(string? adapterId) => adapterId is null
        ? AdapterLookup.FindBackbone(board.Table, options.Value.DefaultBackbone)
        : AdapterLookup.Find(board.Table, adapterId);

    private static Problem Unknown(string? adapterId) => adapterId is null
        ? new Problem(ErrorCode.InvalidRequest, "is required: there is not exactly one backbone to serve without it", "parameters.adapter_id")
        : new Problem(ErrorCode.FunctionNotFound, $"there is no function or adapter '{adapterId}'", "parameters.adapter_id");

    private static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return LoraxErrors.WriteAsync(context, problem);
    }
}
