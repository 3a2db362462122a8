using Google.Protobuf;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Kserve;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;
using LoraFaaS.Protocol.ServerReflection;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Inference;

/// <summary>
/// The Open Inference Protocol over gRPC, gRPC's health checking and its reflection: on the door itself where it speaks TLS, and where it does not on one of their own (<c>Host:GrpcUrl</c>). What it says of servers
/// and models is what <see cref="KserveEndpoints"/> says of them.
/// </summary>
internal static class InferenceEndpoints
{
    /// <summary>Questions about servers and models are names.</summary>
    private const int QuestionBytes = 4_096;

    public static void MapInference(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var board = services.GetRequiredService<RouteBoard>();
        var readiness = services.GetRequiredService<DoorReadiness>();
        var version = services.GetRequiredService<HostIdentity>().Version;

        var keys = services.GetRequiredService<KeyDesk>();

        routes.MapQuestion(InferenceMethods.ServerLive, (_, _) => new ServerLiveResponse { Live = true });
        routes.MapQuestion(InferenceMethods.ServerReady, (_, _) => new ServerReadyResponse { Ready = readiness.IsReady });
        routes.MapQuestion(InferenceMethods.ServerMetadata, (_, _) => new ServerMetadataResponse { Name = "lorafaas", Version = version });
        routes.MapQuestion(InferenceMethods.ModelReady, (asked, caller) => new ModelReadyResponse { Ready = Find(caller, asked.Name, asked.Version) is not null });
        routes.MapQuestion(InferenceMethods.ModelMetadata, (asked, caller) => Describe(board, asked, Find(caller, asked.Name, asked.Version)));
        routes.MapCalls();
        routes.MapGrpcUnimplemented(InferenceMethods.Service);

        var health = new HealthDesk(readiness);
        routes.MapQuestion(HealthMethods.Check, (asked, _) => health.Check(asked));
        routes.MapGrpcExchange(HealthMethods.Watch, QuestionBytes, health.WatchAsync).DisableHttpMetrics();
        routes.MapGrpcUnimplemented(HealthMethods.Service);

        routes.MapGrpcBidi(ServerReflectionMethods.Info, DescribeAsync).DisableHttpMetrics();
        routes.MapGrpcBidi(ServerReflectionMethods.OlderInfo, DescribeAsync).DisableHttpMetrics();

        // The name comes in the message, which the door has not read: who may not call a model is told here that there is none.
        RouteEntry? Find(CallerKey? caller, string name, string version) =>
            RevisionLookup.FindModel(board.Table, KserveEndpoints.ModelOf(board, name, version)) is { } route && keys.MaySee(caller, route) ? route : null;
    }

    private static void MapCalls(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var admission = services.GetRequiredService<AdmissionStation>();
        var stations = ActivatorUtilities.CreateInstance<InferStations>(services);
        var most = services.GetRequiredService<IOptions<GatewayOptions>>().Value.MaxBodyBytes;

        routes.MapGrpcExchange(InferenceMethods.ModelInfer, most, (exchange, _) =>
            RunAsync(admission, exchange, new InferDialect<ModelInferResponse>(exchange, streams: false, static answer => answer, stations))).DisableHttpMetrics();
        routes.MapGrpcExchange(InferenceMethods.ModelStreamInfer, most, (exchange, _) =>
            RunAsync(admission, exchange, new InferDialect<ModelStreamInferResponse>(
                exchange, streams: true, static answer => new ModelStreamInferResponse { InferResponse = answer }, stations))).DisableHttpMetrics();
    }

    private static async Task RunAsync<TResponse>(AdmissionStation admission, GrpcServerDuplex<ModelInferRequest, TResponse> exchange, InferDialect<TResponse> dialect)
        where TResponse : class, IMessage<TResponse>
    {
        await admission.RunAsync(exchange.Call.Http, dialect);
        dialect.End(exchange.Call.Http.Response);
    }

    private static void MapQuestion<TRequest, TResponse>(this IEndpointRouteBuilder routes, GrpcMethod<TRequest, TResponse> method, Func<TRequest, CallerKey?, TResponse> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.MapGrpcExchange(method, QuestionBytes, async (exchange, stopped) =>
        {
            var asked = await exchange.ReadAsync(stopped) ?? throw new GrpcStatusException(GrpcStatusCode.InvalidArgument, "The call holds no request.");
            await exchange.WriteAsync(answer(asked, KeyDesk.CallerOf(exchange.Call.Http)), stopped);
        });

    private static async Task DescribeAsync(GrpcServerDuplex<ServerReflectionRequest, ServerReflectionResponse> exchange, CancellationToken stopped)
    {
        while (await exchange.ReadAsync(stopped) is { } asked)
        {
            await exchange.WriteAsync(ServiceDescriptions.Answer(asked), stopped);
        }
    }

    private static ModelMetadataResponse Describe(RouteBoard board, ModelMetadataRequest asked, RouteEntry? found)
    {
        if (found is not { } route)
        {
            throw new GrpcStatusException(GrpcProblems.ToStatus(KserveErrors.ModelNotFound(KserveEndpoints.ModelOf(board, asked.Name, asked.Version))));
        }

        return new ModelMetadataResponse
        {
            Name = KserveEndpoints.NameOf(route),
            Versions = { KserveEndpoints.VersionsOf(route) },
            Platform = KserveEndpoints.Platform,
            Inputs = { Tensor(InferRequestReader.Input) },
            Outputs = { Tensor(InferRequestReader.Output) },
        };
    }

    private static ModelMetadataResponse.Types.TensorMetadata Tensor(string name) => new() { Name = name, Datatype = InferRequestReader.DataType, Shape = { 1 } };
}
