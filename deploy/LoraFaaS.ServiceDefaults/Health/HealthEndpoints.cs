using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Health;

/// <summary><c>/healthz</c>: 200 while well, 503 when a part is not or the host is stopping; JSON says which.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes) => routes.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], static context =>
    {
        var (isHealthy, body) = context.RequestServices.GetRequiredService<HostHealth>().Read();

        context.Response.StatusCode = isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(body, HealthJson.Default.HealthBody, cancellationToken: context.RequestAborted);
    });
}
