using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ControlPlane.Functions;

namespace LoraFaaS.Controller.Problems;

/// <summary>One log line for every request that changes something: who, what, and how it ended.</summary>
internal sealed partial class AuditStation(RequestDelegate next, ILogger<AuditStation> logger)
{
    private readonly ILogger _logger = logger;

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        // Workers' and gateways' own calls are POSTs over HTTP/2 and change nothing by themselves.
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && context.Request.Protocol != "HTTP/2")
        {
            var user = context.Request.Headers[WireHeaders.AuthenticatedUser].ToString();
            LogChange(OneLine.Clean(user), context.Request.Method, OneLine.Clean(context.Request.Path), context.Response.StatusCode);
        }
    }

    [LoggerMessage(2711, LogLevel.Information, "User {User}: {Method} {Path} answered {Status}")]
    private partial void LogChange(string user, string method, string path, int status);
}
