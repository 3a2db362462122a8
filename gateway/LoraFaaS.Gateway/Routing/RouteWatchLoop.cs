using LoraFaaS.Gateway.Controllers;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Routing;

/// <summary>Keeps the table in step with the controller. While the controller is away the last table goes on serving; each new watch begins with a snapshot.</summary>
internal sealed partial class RouteWatchLoop(
    ControlClient control, ControllerTransport controllers, RouteBoard board, IOptions<GatewayOptions> options, TimeProvider time, ILogger<RouteWatchLoop> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The controller says every 5 s that nothing has changed. Four times as long without a word, and the stream is dead, whatever TCP thinks.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(20);

    private readonly WatchRoutesRequest _request = new() { GatewayId = Guid.NewGuid().ToString() };
    private bool _lossLogged;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;

        while (!stoppingToken.IsCancellationRequested)
        {
            if (await WatchAsync(stoppingToken))
            {
                pause = FirstPause;
            }

            board.Connected = false;
            _lossLogged = true;

            // Also from a controller that takes connections and then says nothing.
            controllers.RpcServers.MoveOn();

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < options.Value.MaxReconnectDelay ? pause * 2 : options.Value.MaxReconnectDelay;
        }
    }

    /// <summary>True when at least one update came before the stream ended.</summary>
    private async Task<bool> WatchAsync(CancellationToken stoppingToken)
    {
        var updated = false;

        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await using var patience = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), silence, SilenceLimit, Timeout.InfiniteTimeSpan);

        try
        {
            await foreach (var update in control.WatchRoutesAsync(_request, silence.Token))
            {
                patience.Change(SilenceLimit, Timeout.InfiniteTimeSpan);
                Apply(update, isFirst: !updated);
                updated = true;
            }

            LogEnded();
        }
        catch (GrpcStatusException exception)
        {
            LogLoss(exception.Status.ToString());
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: nobody needs the table any more.
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested)
        {
            LogLoss($"silent for {SilenceLimit.TotalSeconds:0} s");
        }

        return updated;
    }

    /// <summary>Once a loss: a controller that stays away would fill the log with one line every two seconds.</summary>
    private void LogLoss(string reason)
    {
        if (!_lossLogged)
        {
            LogLost(reason);
        }
    }

    private void Apply(RouteUpdate update, bool isFirst)
    {
        // Deltas without their snapshot describe a table that we do not have.
        if (isFirst && !update.IsSnapshot)
        {
            throw new GrpcStatusException(GrpcStatusCode.DataLoss, "the watch did not begin with a snapshot");
        }

        if (RouteTable.SaysNothing(update))
        {
            return;
        }

        var table = board.Table.Apply(update);
        board.Publish(table);
        board.Connected = true;
        _lossLogged = false;

        if (update.IsSnapshot)
        {
            LogSnapshot(table.Version, table.Routes.Count, table.Workers.Count);
        }
    }
}
