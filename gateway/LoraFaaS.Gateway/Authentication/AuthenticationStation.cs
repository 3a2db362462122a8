using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Inference;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Rendering;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.Protocol.Health;
using LoraFaaS.Protocol.Inference;

namespace LoraFaaS.Gateway.Authentication;

/// <summary>
/// First station: strips forged internal headers from everything, and asks for Basic credentials on the control API. The console asks for the same at its own
/// login page. Everything else but health and /metrics is an invocation, for which an API key is asked when the gateway is told to; faas-cli sends none.
/// </summary>
internal sealed class AuthenticationStation(RequestDelegate next, AdminCredentials credentials, KeyDesk keys, FirstTable table)
{
    private static readonly PathString[] Guarded = ["/system", "/api"];
    private static readonly PathString[] Open =
    [
        "/healthz", "/health", "/v2/health", "/metrics", "/ui",
        HealthMethods.Check.Path, HealthMethods.Watch.Path, InferenceMethods.ServerLive.Path, InferenceMethods.ServerReady.Path,
    ];

    /// <summary>vLLM's paths, which the password opens as well.</summary>
    private static readonly PathString[] AdapterManagement = ["/v1/load_lora_adapter", "/v1/unload_lora_adapter"];

    public Task InvokeAsync(HttpContext context)
    {
        InternalHeaderGuard.RemoveFrom(context.Request.Headers);

        if (IsBelow(context.Request.Path, Guarded))
        {
            return credentials.Accepts(context.Request.Headers.Authorization) ? next(context) : RefuseBasicAsync(context);
        }

        if (IsBelow(context.Request.Path, AdapterManagement) && credentials.Accepts(context.Request.Headers.Authorization))
        {
            return next(context);
        }

        if (IsBelow(context.Request.Path, Open) || IsFrontPage(context.Request))
        {
            return next(context);
        }

        var coming = table.ComeAsync(context.RequestAborted);
        return coming.IsCompleted ? CheckKeyAsync(context) : CheckKeyAsync(context, coming);
    }

    private async Task CheckKeyAsync(HttpContext context, Task coming)
    {
        await coming;
        await CheckKeyAsync(context);
    }

    private Task CheckKeyAsync(HttpContext context) => keys.CheckDoor(context) is { } problem ? RefuseKeyAsync(context, problem) : next(context);

    private static Task RefuseBasicAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"Restricted\"";
        context.Response.ContentType = "text/plain; charset=utf-8";

        return context.Response.WriteAsync("invalid credentials", context.RequestAborted);
    }

    private static Task RefuseKeyAsync(HttpContext context, Problem problem)
    {
        if (problem.Code is ErrorCode.InvalidApiKey)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"lorafaas\"";
        }

        if (GrpcRequests.IsOne(context.Request))
        {
            return GrpcRequests.RefuseAsync(context, GrpcProblems.ToStatus(problem));
        }

        return context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
            ? OpenAiErrors.WriteAsync(context, problem)
            : PlainText.WriteAsync(context, problem);
    }

    /// <summary>A browser that was given the gateway's address alone is sent to the console, or told that there is nothing; neither needs a key.</summary>
    private static bool IsFrontPage(HttpRequest request) => request.Path == "/" && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

    private static bool IsBelow(PathString path, PathString[] roots)
    {
        foreach (var root in roots)
        {
            if (path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
