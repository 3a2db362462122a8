using LoraFaaS.Protocol.Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Protocol.Grpc.Server;

/// <summary>For stations before the endpoint: whether a request is a gRPC call, and a refusal that its client understands.</summary>
public static class GrpcRequests
{
    public static bool IsOne(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return HttpProtocol.IsHttp2(request.Protocol) && GrpcHeaders.IsGrpc(request.ContentType);
    }

    /// <summary>Ends the call with a status alone.</summary>
    public static Task RefuseAsync(HttpContext context, GrpcStatus status)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(status);

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = GrpcHeaders.ContentType;
        GrpcServerPipeline.WriteStatus(context.Response, status);
        return Task.CompletedTask;
    }
}
