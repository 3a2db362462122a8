using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Grpc.Server;

namespace LoraFaaS.Gateway.Knative;

/// <summary>
/// Before everything: probes of the network (<c>K-Network-Probe</c>, from Knative's activator and queue-proxy) and of the kubelet are answered from
/// readiness alone, on any path and host. They never count as traffic and never reach a function.
/// </summary>
internal sealed class ProbeStation(RequestDelegate next, DoorReadiness readiness)
{
    public const string NetworkProbe = "K-Network-Probe";
    public const string KubeletProbe = "K-Kubelet-Probe";
    private const string KubeletAgent = "kube-probe/";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;

        if (headers[NetworkProbe] is [{ } asked])
        {
            var isReady = readiness.IsReady;
            return asked is "activator" or "queue" or "probe"
                ? AnswerAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, isReady ? asked : "not ready")
                : AnswerAsync(context, StatusCodes.Status400BadRequest, "unexpected probe header value");
        }

        // Its gRPC probe has the same agent, and is answered by gRPC's own health checking.
        if (headers.ContainsKey(KubeletProbe) || (headers.UserAgent is [{ } agent] && agent.StartsWith(KubeletAgent, StringComparison.Ordinal) && !GrpcRequests.IsOne(context.Request)))
        {
            return readiness.IsReady
                ? AnswerAsync(context, StatusCodes.Status200OK, "ready")
                : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready");
        }

        return next(context);
    }

    private static Task AnswerAsync(HttpContext context, int status, string word)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(word, context.RequestAborted);
    }
}
