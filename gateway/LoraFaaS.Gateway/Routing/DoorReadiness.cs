namespace LoraFaaS.Gateway.Routing;

/// <summary>
/// Whether calls may be sent here, in whatever dialect that is asked: routes are known, and nobody has told this process to stop. From then on it still takes what comes (DrainDelay), so that
/// whoever asks hears of it before the door is closed.
/// </summary>
internal sealed class DoorReadiness(RouteBoard board, RouteHealth health, IHostApplicationLifetime lifetime)
{
    public bool IsReady => !lifetime.ApplicationStopping.IsCancellationRequested && health.Read().IsHealthy;

    /// <summary>This process was told to stop: it is not ready, and will not be again.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Completes with the first table: from then on only a stop changes the answer.</summary>
    public Task First => board.First;
}
