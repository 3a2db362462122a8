using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary><c>/metrics</c> and the registry behind it.</summary>
internal static class MetricsEndpoints
{
    public static void AddHostMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddOptionsWithValidateOnStart<MetricsOptions, MetricsOptionsValidator>().BindConfiguration(MetricsOptions.Section);
        services.AddSingleton<MetricsRegistry>();
        services.AddHostedService<MetricsStart>();
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapGet("/metrics", static context =>
    {
        var registry = context.RequestServices.GetRequiredService<MetricsRegistry>();

        context.Response.ContentType = MetricsExposition.ContentType;
        return context.Response.WriteAsync(MetricsExposition.Write(registry.Collect()), context.RequestAborted);
    });

    /// <summary>Counting begins with the host, not with the first scrape.</summary>
    private sealed class MetricsStart(MetricsRegistry registry) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(registry);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
