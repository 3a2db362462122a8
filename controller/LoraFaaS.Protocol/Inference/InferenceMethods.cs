using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.Inference;

/// <summary>The methods of inference.proto's service.</summary>
public static class InferenceMethods
{
    public const string Service = "inference.GRPCInferenceService";

    public static readonly GrpcMethod<ServerLiveRequest, ServerLiveResponse> ServerLive = new(Service, nameof(ServerLive), ServerLiveRequest.Parser, ServerLiveResponse.Parser);

    public static readonly GrpcMethod<ServerReadyRequest, ServerReadyResponse> ServerReady = new(Service, nameof(ServerReady), ServerReadyRequest.Parser, ServerReadyResponse.Parser);

    public static readonly GrpcMethod<ServerMetadataRequest, ServerMetadataResponse> ServerMetadata =
        new(Service, nameof(ServerMetadata), ServerMetadataRequest.Parser, ServerMetadataResponse.Parser);

    public static readonly GrpcMethod<ModelReadyRequest, ModelReadyResponse> ModelReady = new(Service, nameof(ModelReady), ModelReadyRequest.Parser, ModelReadyResponse.Parser);

    public static readonly GrpcMethod<ModelMetadataRequest, ModelMetadataResponse> ModelMetadata =
        new(Service, nameof(ModelMetadata), ModelMetadataRequest.Parser, ModelMetadataResponse.Parser);

    public static readonly GrpcMethod<ModelInferRequest, ModelInferResponse> ModelInfer = new(Service, nameof(ModelInfer), ModelInferRequest.Parser, ModelInferResponse.Parser);

    public static readonly GrpcMethod<ModelInferRequest, ModelStreamInferResponse> ModelStreamInfer =
        new(Service, nameof(ModelStreamInfer), ModelInferRequest.Parser, ModelStreamInferResponse.Parser);
}
