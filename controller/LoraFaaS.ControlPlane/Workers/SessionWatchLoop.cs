using Microsoft.Extensions.Hosting;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>Looks once a second for sessions that went silent.</summary>
public sealed class SessionWatchLoop(WorkerRegistry registry, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);

        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            registry.CloseSilent();
        }
    }
}
