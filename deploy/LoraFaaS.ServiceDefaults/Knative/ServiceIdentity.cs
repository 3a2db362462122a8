using LoraFaaS.ServiceDefaults.Health;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Knative;

/// <summary>Which Knative revision this process runs as (K_SERVICE, K_REVISION, K_CONFIGURATION): in the log once, and on <c>/healthz</c>.</summary>
internal sealed partial class ServiceIdentity : IHealthSource, IHostedService
{
    private readonly ILogger<ServiceIdentity> _logger;
    private readonly HealthReading _reading = HealthReading.Well;

    public ServiceIdentity(IConfiguration configuration, ILogger<ServiceIdentity> logger)
    {
        _logger = logger;
        Service = configuration["K_SERVICE"] ?? "";
        Revision = configuration["K_REVISION"] ?? "";
        Configuration = configuration["K_CONFIGURATION"] ?? "";

        if (IsKnative)
        {
            _reading = new HealthReading(true, [$"knative service {Service}, configuration {Configuration}, revision {Revision}"]);
        }
    }

    public string Service { get; }

    public string Revision { get; }

    public string Configuration { get; }

    private bool IsKnative => (Service + Revision + Configuration).Length > 0;

    public HealthReading Read() => _reading;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsKnative)
        {
            LogIdentity(Service, Configuration, Revision);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1306, LogLevel.Information, "Running as Knative service {Service}, configuration {Configuration}, revision {Revision}")]
    private partial void LogIdentity(string service, string configuration, string revision);
}
