using LoraFaaS.ControlPlane.Planning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>Keeps the forecaster's time: a turn every ten seconds, and its histories saved now and then and at the end.</summary>
internal sealed partial class ForecastLoop(
    Forecaster forecaster, LeadershipCheck leadership, IOptions<ForecastOptions> options, TimeProvider time, ILogger<ForecastLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan LastSave = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private bool _stopped;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // A host may be told to stop twice.
        if (Interlocked.Exchange(ref _stopped, true))
        {
            return;
        }

        // The host stops waiting at its own limit; a slow store must not use it all up.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LastSave);
        await PassAsync(SaveAsync, limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Forecaster.Interval, time);
        var saved = time.GetTimestamp();

        do
        {
            await PassAsync(forecaster.TurnAsync, stoppingToken);

            if (time.GetElapsedTime(saved) >= options.Value.SaveInterval)
            {
                saved = time.GetTimestamp();
                await PassAsync(SaveAsync, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (await leadership.LeadsAsync(cancellationToken))
        {
            await forecaster.SaveAsync(cancellationToken);
        }
    }

    private async Task PassAsync(Func<CancellationToken, Task> turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn(cancellationToken);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogUnavailable(exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping, or out of time for a last save: the save before it holds.
        }
    }

    [LoggerMessage(2703, LogLevel.Warning, "No forecast this time: {Message}")]
    private partial void LogUnavailable(string message);
}
