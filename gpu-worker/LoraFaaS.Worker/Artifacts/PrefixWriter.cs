using System.Threading.Channels;
using LoraFaaS.Worker.Invocations;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Writes prompt prefixes to disk behind the host tier, one after another, ahead of their leaving it: memory that is wanted is free at once, and nobody waits for the disk. Gives way to cold
/// starts. A prefix that has left before its turn came, or that more than <see cref="Capacity"/> wait before, is not written.
/// </summary>
internal sealed class PrefixWriter(PrefixImages host, PrefixDisk disk, ColdInvocations cold) : BackgroundService
{
    private const int Capacity = 256;

    private readonly Channel<PrefixKey> _asked = Channel.CreateBounded<PrefixKey>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Returns at once.</summary>
    public void Ask(PrefixKey key) => _asked.Writer.TryWrite(key);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var key in _asked.Reader.ReadAllAsync(stoppingToken))
            {
                await cold.PresentAsync().WaitAsync(stoppingToken);

                if (host.TryUse(key) is { } image)
                {
                    using (image)
                    {
                        await disk.WriteAsync(image.About, image.Image, stoppingToken);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is on the disk goes too.
        }
    }
}
