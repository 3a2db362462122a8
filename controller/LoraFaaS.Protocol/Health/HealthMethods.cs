using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Protocol.Health;

/// <summary>The methods of health.proto's service.</summary>
public static class HealthMethods
{
    public const string Service = "grpc.health.v1.Health";

    public static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check = new(Service, nameof(Check), HealthCheckRequest.Parser, HealthCheckResponse.Parser);

    public static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Watch = new(Service, nameof(Watch), HealthCheckRequest.Parser, HealthCheckResponse.Parser);
}
