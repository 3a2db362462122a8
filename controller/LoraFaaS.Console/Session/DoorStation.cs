namespace LoraFaaS.Console.Session;

/// <summary>
/// /ui is what the gateway forwards for anybody; health and metrics are for the platform's own and not behind it. The gateway says by which scheme
/// it was asked, on which the cookie's Secure depends.
/// </summary>
internal sealed class DoorStation(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isOwn = context.Request.Path.Equals("/healthz", StringComparison.Ordinal) || context.Request.Path.Equals("/metrics", StringComparison.Ordinal);

        var isUi = context.Request.Path.StartsWithSegments(ConsolePipeline.BasePath, out var below);

        if (!isOwn && !isUi)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!isOwn && (below.Equals("/healthz", StringComparison.OrdinalIgnoreCase) || below.Equals("/metrics", StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (!isOwn && !below.HasValue)
        {
            context.Response.Redirect(ConsolePipeline.BasePath + "/");
            return Task.CompletedTask;
        }

        // Between gateway and console the scheme may be another than before the gateway, in both ways.
        if (context.Request.Headers["X-Forwarded-Proto"].ToString() is ("http" or "https") and var scheme)
        {
            context.Request.Scheme = scheme;
        }

        return next(context);
    }
}
