using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Inference;

/// <summary>A problem as a gRPC client expects it, by what HTTP's callers are told.</summary>
internal static class GrpcProblems
{
    public static GrpcStatus ToStatus(Problem problem) => new(CodeOf(problem.Code), problem.ToString());

    private static GrpcStatusCode CodeOf(ErrorCode code) => code.ToHttpStatus() switch
    {
        StatusCodes.Status400BadRequest or StatusCodes.Status405MethodNotAllowed or StatusCodes.Status415UnsupportedMediaType => GrpcStatusCode.InvalidArgument,
        StatusCodes.Status401Unauthorized => GrpcStatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => GrpcStatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => GrpcStatusCode.NotFound,
        StatusCodes.Status409Conflict => GrpcStatusCode.Aborted,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => GrpcStatusCode.ResourceExhausted,
        StatusCodes.Status499ClientClosedRequest => GrpcStatusCode.Cancelled,
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => GrpcStatusCode.Unavailable,
        StatusCodes.Status504GatewayTimeout => GrpcStatusCode.DeadlineExceeded,
        _ => GrpcStatusCode.Internal,
    };
}
