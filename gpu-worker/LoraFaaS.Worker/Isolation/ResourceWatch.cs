using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Worker.Isolation;

/// <summary>Looks at what every confined process takes, twice a second: what a kernel refuses by a limit it tells nobody.</summary>
internal sealed class ResourceWatch(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<ConfinedResources, byte> _watched = new();

    public void Begin(ConfinedResources resources) => _watched[resources] = 0;

    public void End(ConfinedResources resources) => _watched.TryRemove(resources, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);

        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var (resources, _) in _watched)
                {
                    resources.Look();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Whatever is ended from here on has its last look.
        }
    }
}
