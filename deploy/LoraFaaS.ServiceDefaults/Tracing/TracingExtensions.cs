using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Tracing;

internal static class TracingExtensions
{
    public static void AddHostTracing(this IServiceCollection services, bool exports)
    {
        // Method, route and status on the server's own spans, which ASP.NET Core otherwise leaves to an instrumentation package; for nobody to read they are not made.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", !exports);
        services.AddHostedService<HostTracing>();
    }
}
