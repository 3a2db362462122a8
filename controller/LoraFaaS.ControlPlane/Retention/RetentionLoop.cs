using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Planning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Retention;

/// <summary>Collects now and then, on the controller that leads; two that do so for a moment do the same thing twice, which is harmless.</summary>
internal sealed partial class RetentionLoop(
    RetentionExecutor retention, LeadershipCheck leadership, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionLoop> logger) : BackgroundService
{
    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            try
            {
                if (!stoppingToken.IsCancellationRequested && await leadership.LeadsAsync(stoppingToken))
                {
                    await retention.CollectAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }
        }
    }

    [LoggerMessage(3753, LogLevel.Warning, "What nobody needs any more cannot be collected: {Message}")]
    private partial void LogUnavailable(string message);
}
