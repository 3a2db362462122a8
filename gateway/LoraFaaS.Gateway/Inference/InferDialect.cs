using System.Globalization;
using System.Text;
using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Kserve;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.Protocol.Inference;

namespace LoraFaaS.Gateway.Inference;

/// <summary>
/// One call of <c>ModelInfer</c> or <c>ModelStreamInfer</c>: it is let in, bounded, metered and dispatched as any other dialect's, and says how it ended in gRPC's words. Of a stream of requests the
/// first is answered: one call is one invocation here.
/// </summary>
internal sealed class InferDialect<TResponse>(
    GrpcServerDuplex<ModelInferRequest, TResponse> exchange, bool streams, Func<ModelInferResponse, TResponse> wrap, InferStations stations) : IDialect
    where TResponse : class, IMessage<TResponse>
{
    private GrpcStatus _status = GrpcStatus.Ok;

    public string Name => "infer";

    public async Task HandleAsync(HttpContext context, Invocation invocation)
    {
        try
        {
            if (await ReadAsync(invocation) is { } request)
            {
                await AnswerAsync(context, invocation, request);
            }
        }
        catch (GrpcStatusException broken)
        {
            // What came is no message of this call: the wire's own words say what it is.
            invocation.Failure = ErrorCode.InvalidRequest;
            _status = broken.Status;
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline && context.Response.HasStarted)
        {
            Fail(invocation, invocation.DeadlineProblem("the answer"));
        }
    }

    public Task WriteProblemAsync(HttpContext context, Problem problem)
    {
        _status = GrpcProblems.ToStatus(problem);

        // For the meters, until the call is over: gRPC's callers always get 200.
        context.Response.StatusCode = problem.Code.ToHttpStatus();
        PlainText.SetRetryAfter(context.Response, problem);
        return Task.CompletedTask;
    }

    /// <exception cref="GrpcStatusException">It did not end well.</exception>
    public void End(HttpResponse response)
    {
        if (!response.HasStarted)
        {
            response.StatusCode = StatusCodes.Status200OK;
        }

        if (_status.Code is not GrpcStatusCode.Ok)
        {
            throw new GrpcStatusException(_status);
        }
    }

    private async Task<ModelInferRequest?> ReadAsync(Invocation invocation)
    {
        using var patience = new CancellationTokenSource(stations.Bodies.Patience, stations.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(invocation.Stopped, patience.Token);

        try
        {
            return await exchange.ReadAsync(ended.Token) ?? throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "The call holds no request.");
        }
        catch (BadHttpRequestException slow)
        {
            Fail(invocation, new Problem(ErrorCode.InvalidRequest, slow.Message));
            return null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !invocation.Stopped.IsCancellationRequested)
        {
            Fail(invocation, stations.Bodies.TooSlow());
            return null;
        }
    }

    private async Task AnswerAsync(HttpContext context, Invocation invocation, ModelInferRequest request)
    {
        var (call, wrong) = InferRequestReader.Read(request);

        if (call is null)
        {
            await WriteProblemAsync(context, invocation, wrong!);
            return;
        }

        var model = KserveEndpoints.ModelOf(stations.Board, request.ModelName, request.ModelVersion);

        if (RevisionLookup.FindModel(stations.Board.Table, model)?.For(context.Request, invocation) is not { } route)
        {
            await WriteProblemAsync(context, invocation, stations.Board.HasRoutes ? KserveErrors.ModelNotFound(model) : RouteBoard.NoTableYet);
            return;
        }

        invocation.Route = route;
        TakeTimeout(context.Request);

        if (await stations.Deadline.ApplyAsync(invocation, route, context.Request) is { } refused)
        {
            await WriteProblemAsync(context, invocation, refused);
            return;
        }

        var generation = GenerateRequestFactory.Create(invocation.CallId, route, new Prompt { RawText = call.Text }, call.Sampling, streams);
        var events = stations.Runner.RunAsync(invocation, route, generation, invocation.Stopped);
        await RenderAsync(context, invocation, new InferAnswer(request, call, route.Revision.Number), events);
    }

    /// <summary>A gRPC deadline is the call's X-Timeout, where that does not say less. One that is longer than any timeout may be says nothing.</summary>
    private void TakeTimeout(HttpRequest request)
    {
        if (exchange.Call.Timeout is not { } limit || limit > TimeoutHeader.Longest)
        {
            return;
        }

        if (!TimeoutHeader.TryParse(request.Headers[InvocationDeadline.Header], out var said) || limit < said)
        {
            request.Headers[InvocationDeadline.Header] = limit.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture);
        }
    }

    private async Task RenderAsync(HttpContext context, Invocation invocation, InferAnswer answer, IAsyncEnumerable<GenerateEvent> events)
    {
        var text = new StringBuilder();

        await foreach (var happened in events)
        {
            switch (happened.KindCase)
            {
                case GenerateEvent.KindOneofCase.Tokens when streams && happened.Tokens.Text.Length > 0:
                    if (!context.Response.HasStarted)
                    {
                        InvocationHeaders.SetHead(context.Response, invocation);
                    }

                    await exchange.WriteAsync(wrap(answer.Piece(happened.Tokens.Text)), invocation.Stopped);
                    break;

                case GenerateEvent.KindOneofCase.Tokens:
                    text.Append(happened.Tokens.Text);
                    break;

                case GenerateEvent.KindOneofCase.Failed when context.Response.HasStarted:
                    Fail(invocation, happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Failed:
                    await WriteProblemAsync(context, invocation, happened.Failed.ToProblem());
                    return;

                case GenerateEvent.KindOneofCase.Finished:
                    invocation.Count(happened.Finished);

                    if (!context.Response.HasStarted)
                    {
                        InvocationHeaders.SetAccount(context.Response, invocation, happened.Finished);
                    }

                    await exchange.WriteAsync(wrap(streams ? answer.End(happened.Finished) : answer.Whole(text.ToString(), happened.Finished)), invocation.Stopped);
                    return;
            }
        }
    }

    private Task WriteProblemAsync(HttpContext context, Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        return WriteProblemAsync(context, problem);
    }

    private void Fail(Invocation invocation, Problem problem)
    {
        invocation.Failure = problem.Code;
        _status = GrpcProblems.ToStatus(problem);
    }
}
