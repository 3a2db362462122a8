using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Keeps every worker of this controller told of the backbones there are.</summary>
public sealed partial class BackboneLoop(WorkerRegistry workers, LoopSignals signals, ILogger<BackboneLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await signals.Backbones.WaitAsync(Interval, stoppingToken);

            try
            {
                await workers.TellBackbonesAsync(stoppingToken);
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }
        }
    }

    [LoggerMessage(2401, LogLevel.Warning, "Workers could not be told of backbones: {Message}")]
    private partial void LogUnavailable(string message);
}
