using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Lorax.Wire;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>The paths of LoRAX's API.</summary>
internal static class LoraxEndpoints
{
    private static readonly LoraxError Unhealthy = new("unhealthy", "healthcheck");

    public static void MapLorax(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var admission = services.GetRequiredService<AdmissionStation>();

        Map("/generate", LoraxShape.Whole);
        Map("/generate_stream", LoraxShape.Stream);
        Map("/", LoraxShape.Either);

        routes.MapGet("/health", WriteHealthAsync);
        routes.MapGet("/info", WriteInfoAsync);

        void Map(string path, LoraxShape shape)
        {
            var dialect = ActivatorUtilities.CreateInstance<LoraxDialect>(services, shape);
            routes.MapPost(path, context => admission.RunAsync(context, dialect));
        }
    }

    private static Task WriteHealthAsync(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<DoorReadiness>().IsReady)
        {
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(Unhealthy, LoraxJson.Default.LoraxError, cancellationToken: context.RequestAborted);
    }

    private static Task WriteInfoAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var backbone = AdapterLookup.FindBackbone(services.GetRequiredService<RouteBoard>().Table, options.DefaultBackbone);
        var length = backbone?.Revision.ContextLength ?? 0;

        var info = new LoraxInfo(
            backbone?.Revision.Backbone.Value ?? "",
            backbone?.Revision.BackboneDigest.Value ?? "",
            "text-generation",
            options.MaxInFlight,
            1,
            SamplingRules.MaxStops,
            Math.Max(length - 1, 0),
            length,
            services.GetRequiredService<HostIdentity>().Version);
        return context.Response.WriteAsJsonAsync(info, LoraxJson.Default.LoraxInfo, cancellationToken: context.RequestAborted);
    }
}
