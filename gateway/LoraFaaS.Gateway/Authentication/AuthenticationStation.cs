namespace LoraFaaS.Gateway.Authentication;

/// <summary>
/// First station: strips forged internal headers from everything, and asks for Basic credentials on the control API and the console.
/// /function, /healthz and /v1 stay open: faas-cli calls functions without credentials, and OpenAI clients send a Bearer key that is not looked at.
/// </summary>
internal sealed class AuthenticationStation(RequestDelegate next, AdminCredentials credentials)
{
    private static readonly PathString[] Guarded = ["/system", "/api", "/ui"];

    public Task InvokeAsync(HttpContext context)
    {
        InternalHeaderGuard.RemoveFrom(context.Request.Headers);

        if (!IsGuarded(context.Request.Path) || credentials.Accepts(context.Request.Headers.Authorization))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"Restricted\"";
        context.Response.ContentType = "text/plain; charset=utf-8";

        return context.Response.WriteAsync("invalid credentials", context.RequestAborted);
    }

    private static bool IsGuarded(PathString path)
    {
        foreach (var guarded in Guarded)
        {
            if (path.StartsWithSegments(guarded, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
