using LoraFaaS.Gateway.OpenAi;

namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// What no endpoint answers to: Go's words, which OpenFaaS clients know, and under <c>/v1</c> an error as OpenAI's clients read it. A known path under a wrong method is left to routing's
/// own 405, which those clients are told in words as well.
/// </summary>
internal static class UnknownRoute
{
    private const string OpenAi = "/v1";

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments(OpenAi, StringComparison.Ordinal))
        {
            return context.GetEndpoint() is null ? WriteAsync(context) : next(context);
        }

        return context.GetEndpoint() is null ? OpenAiErrors.WriteUnknownAsync(context, StatusCodes.Status404NotFound) : NextAsync(context, next);
    }

    public static Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }

    private static Task NextAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is RouteEndpoint ? next(context) : RefuseMethodAsync(context, next);

    /// <summary>Routing's own endpoint says which methods there are, in a header.</summary>
    private static async Task RefuseMethodAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        if (context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false })
        {
            await OpenAiErrors.WriteUnknownAsync(context, StatusCodes.Status405MethodNotAllowed);
        }
    }
}
