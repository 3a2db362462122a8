namespace LoraFaaS.Controller.Problems;

/// <summary>What no route matches, in Go's words, which OpenFaaS clients know. A route that matches with another method is routing's own 405.</summary>
internal static class NotFoundStation
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }
}
