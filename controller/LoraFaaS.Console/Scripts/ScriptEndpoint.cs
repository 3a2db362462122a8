using Microsoft.Net.Http.Headers;

namespace LoraFaaS.Console.Scripts;

/// <summary><c>/ui/_framework/blazor.web.js</c>.</summary>
internal static class ScriptEndpoint
{
    public static void MapBlazorScript(this IEndpointRouteBuilder routes) => routes.MapGet("/_framework/blazor.web.js", static (HttpContext context, BlazorScript script) =>
    {
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(script.Content, "text/javascript", entityTag: new EntityTagHeaderValue(script.Tag));
    });
}
