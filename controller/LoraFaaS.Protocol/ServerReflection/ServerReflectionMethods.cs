using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.ServerReflection;

/// <summary>The method of reflection.proto's service, under the name that it has now and under the one that older tools ask for.</summary>
public static class ServerReflectionMethods
{
    public const string Service = "grpc.reflection.v1.ServerReflection";
    public const string OlderService = "grpc.reflection.v1alpha.ServerReflection";

    private const string Name = "ServerReflectionInfo";

    public static readonly GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> Info = new(Service, Name, ServerReflectionRequest.Parser, ServerReflectionResponse.Parser);

    public static readonly GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> OlderInfo =
        new(OlderService, Name, ServerReflectionRequest.Parser, ServerReflectionResponse.Parser);
}
