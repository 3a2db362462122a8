using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Tracing;

internal static class TracingExtensions
{
    public static void AddHostTracing(this IServiceCollection services)
    {
        // Method, route and status on the server's own spans, which ASP.NET Core otherwise leaves to an instrumentation package.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        services.AddHostedService<HostTracing>();
    }
}
