using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>Forgets what has been over for long enough, and counts what is there for the metrics.</summary>
public sealed partial class AsyncPurgeLoop(
    IAsyncStore store, AsyncMetrics metrics, IOptions<AsyncOptions> options, TimeProvider time, ILogger<AsyncPurgeLoop> logger)
    : BackgroundService
{
    /// <summary>A gauge older than a scrape's usual 15 s would mislead.</summary>
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var purged = time.GetTimestamp();
        var turn = options.Value.PurgeInterval < CountInterval ? options.Value.PurgeInterval : CountInterval;

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                metrics.Counted(await store.CountAsync(stoppingToken));

                if (time.GetElapsedTime(purged) >= options.Value.PurgeInterval)
                {
                    await store.PurgeAsync(options.Value.Purge, stoppingToken);
                    purged = time.GetTimestamp();
                }
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }

            await Task.Delay(turn, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(3702, LogLevel.Warning, "Asynchronous calls cannot be looked through: {Message}")]
    private partial void LogUnavailable(string message);
}
