using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Kserve;

/// <summary><c>POST /v2/models/NAME/infer</c> (Open Inference Protocol), <c>/generate</c> and <c>/generate_stream</c> (its generate extension): the prompt as it is.</summary>
internal sealed class KserveDialect(KserveShape shape, RouteBoard board, BodyReader bodies, GenerationRunner runner, InvocationDeadline deadline) : IDialect
{
    /// <summary>Who sends it sends tensors as bytes behind the JSON.</summary>
    private const string BinaryHeader = "Inference-Header-Content-Length";

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

        if (await deadline.ApplyAsync(invocation, route, context.Request) is { } wrong)
        {
            await FailAsync(context, invocation, wrong);
            return;
        }

        if (context.Request.Headers.ContainsKey(BinaryHeader))
        {
            await FailAsync(context, invocation, new Problem(ErrorCode.InvalidRequest, "tensors are read as JSON: switch binary data off", BinaryHeader));
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
        var (request, problem) = shape is KserveShape.Tensors ? KserveInferParser.Parse(body) : KserveRequestParser.Parse(body);

        if (request is null)
        {
            await FailAsync(context, invocation, problem!);
            return;
        }

        var generation = GenerateRequestFactory.Create(invocation.CallId, route, new Prompt { RawText = request.TextInput }, request.Sampling, shape is KserveShape.Stream);
        var events = runner.RunAsync(invocation, route, generation, invocation.Stopped);
        var renderer = new KserveRenderer(context, invocation, request, model);

        await (shape is KserveShape.Stream ? renderer.RenderStreamAsync(events) : renderer.RenderWholeAsync(events, shape));
    }

    private static Task FailAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return KserveErrors.WriteAsync(context, problem);
    }
}
