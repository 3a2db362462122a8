using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Kserve;

/// <summary><c>POST /v2/models/NAME/generate</c> and <c>/generate_stream</c> (Open Inference Protocol, generate extension): the prompt as it is.</summary>
internal sealed class KserveDialect(bool streams, RouteBoard board, BodyReader bodies, GenerationRunner runner, InvocationDeadline deadline) : IDialect
{
    public string Name => "kserve";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        var model = KserveEndpoints.ModelOf(context);

        if (RevisionLookup.FindModel(board.Table, model)?.For(context.Request, invocation) is not { } route)
        {
            await FailAsync(context, invocation, board.HasRoutes ? KserveErrors.ModelNotFound(model) : RouteBoard.NoTableYet);
            return;
        }

        invocation.Route = route;

        if (deadline.Apply(invocation, route, context.Request) is { } wrong)
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
                await AnswerAsync(context, invocation, route, model, body.Bytes);
                return;

            default:
                throw new UnreachableException();
        }
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem) => KserveErrors.WriteAsync(context, problem);

    private async Task AnswerAsync(HttpContext context, Invocation invocation, RouteEntry route, string model, ReadOnlyMemory<byte> body)
    {
        var (request, problem) = KserveRequestParser.Parse(body);

        if (request is null)
        {
            await FailAsync(context, invocation, problem!);
            return;
        }

        var generation = GenerateRequestFactory.Create(invocation.CallId, route, new Prompt { RawText = request.TextInput }, request.Sampling, streams);
        var events = runner.RunAsync(invocation, route, generation, invocation.Stopped);
        var renderer = new KserveRenderer(context, invocation, request, model);

        await (streams ? renderer.RenderStreamAsync(events) : renderer.RenderWholeAsync(events));
    }

    private static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return KserveErrors.WriteAsync(context, problem);
    }
}
