namespace LoraFaaS.Gateway.Routing;

/// <summary>What no endpoint answers to: Go's words, which OpenFaaS clients know. A known path under a wrong method is left to routing's own 405.</summary>
internal static class UnknownRoute
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is null ? WriteAsync(context) : next(context);

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }
}
