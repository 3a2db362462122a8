using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Knative;

/// <summary>The runtime contract's parts.</summary>
internal static class KnativeServices
{
    public static IServiceCollection AddKnative(this IServiceCollection services)
    {
        services.AddSingleton<RouteHealth>();
        services.AddSingleton<DoorReadiness>();
        services.AddHostedService<DrainStation>();

        // The open door's time is not taken from those in flight. Whoever sets Host:ShutdownTimeout says how long these may take.
        services.AddOptions<HostOptions>().PostConfigure<Microsoft.Extensions.Options.IOptions<GatewayOptions>>(
            (host, gateway) => host.ShutdownTimeout += gateway.Value.DrainDelay);
        return services;
    }
}
