using System.Diagnostics;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LoraFaaS.ServiceDefaults.Tracing;

/// <summary>
/// One trace id an invocation. With <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> set, spans are recorded and sent there (the exporter reads the other OTEL_
/// variables itself); without it a listener that records nothing still keeps the W3C context going from host to host and into the logs.
/// </summary>
internal sealed class HostTracing(HostIdentity identity, IConfiguration configuration) : IHostedService, IDisposable
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Yarp.ReverseProxy"];

    private IDisposable? _tracing;

    public static bool Exports(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _tracing = Exports(configuration) ? Export() : Listen();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is still held.</summary>
    public void Dispose() => _tracing?.Dispose();

    private TracerProvider Export() => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService("lorafaas-" + identity.Service, serviceVersion: identity.Version))
        .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
        .AddSource([.. Sources, "LoraFaaS.*"])
        .AddOtlpExporter()
        .Build();

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => Sources.Contains(source.Name) || source.Name.StartsWith("LoraFaaS.", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.PropagationData,
        };

        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
