using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Offloading;

/// <summary>
/// Keeps the device and the host below their high-water marks, so that the next load finds room instead of waiting for somebody to leave. Looks when
/// something came or went, and now and then. Device to host, host to disk; the disk has a limit of its own.
/// </summary>
internal sealed class OffloadLoop(
    DeviceRoom room, HostLedger host, AdapterHostCache adapters, BackboneStore backbones, ResidencyChanges changes, IOptions<WorkerOptions> options, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    /// <summary>Changes come in crowds; one look serves them all.</summary>
    private static readonly TimeSpan Cooldown = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Offloading is not OffloadMode.Density)
        {
            return;
        }

        try
        {
            var trimmedAt = time.GetTimestamp();

            while (!stoppingToken.IsCancellationRequested)
            {
                if (time.GetElapsedTime(trimmedAt) >= Sweep)
                {
                    await room.TrimAsync(stoppingToken);
                    trimmedAt = time.GetTimestamp();
                }

                var changed = changes.NextAsync(stoppingToken);
                await room.KeepBelowAsync(HighWaterMark.Default, stoppingToken);
                KeepHostBelow(HighWaterMark.Default);
                await Task.WhenAny(changed, Task.Delay(Sweep, time, stoppingToken));
                await Task.Delay(Cooldown, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: nobody comes any more.
        }
    }

    /// <summary>Of what backbones leave: they go last, and a mark that they alone exceed would let no adapter stay.</summary>
    private void KeepHostBelow(HighWaterMark mark)
    {
        var packed = backbones.Inventory.Sum(entry => entry.Size.Bytes);

        while (mark.Need(host.Used.Bytes - packed, host.Capacity.Bytes - packed) > 0 && adapters.TryEvictOne())
        {
        }
    }
}
