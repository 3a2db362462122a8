using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.ServiceDefaults.Health;

/// <summary>A host's health: that of all its parts, and "stopping" once it was told to stop.</summary>
internal sealed class HostHealth(HostIdentity identity, IHostApplicationLifetime lifetime, IEnumerable<IHealthSource> sources)
{
    public (bool IsHealthy, HealthBody Body) Read()
    {
        var readings = sources.Select(source => source.Read()).ToList();
        var isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var isHealthy = !isStopping && readings.All(reading => reading.IsHealthy);
        var status = isStopping ? "stopping" : isHealthy ? "ok" : "unhealthy";

        return (isHealthy, new(status, identity.Service, identity.Version, [.. readings.SelectMany(reading => reading.Notes)]));
    }
}
