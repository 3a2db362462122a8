using LoraFaaS.ControlPlane.Planning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>Refreshes the route table when woken, and every two seconds in case a notice was lost.</summary>
public sealed partial class RouteLoop(RouteTable table, LoopSignals signals, TimeProvider time, ILogger<RouteLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>News that come closer together than this make one table: bounds the work under a storm of heartbeats.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await table.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception.Passes())
            {
                // Gateways go on with what they have.
                LogUnavailable(exception.Message);
            }

            if (await signals.Routes.WaitAsync(Interval, stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(2501, LogLevel.Warning, "The route table could not be refreshed: {Message}")]
    private partial void LogUnavailable(string message);
}
