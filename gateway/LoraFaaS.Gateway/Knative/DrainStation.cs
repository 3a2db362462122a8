using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Handover;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Knative;

/// <summary>
/// After SIGTERM, readiness is false at once and the door stays open for a while: whoever routes to us learns that we leave before connections are
/// refused. Then the listener closes, what is in flight finishes, and the process ends with 0.
/// </summary>
internal sealed partial class DrainStation(
    IOptions<GatewayOptions> options, InFlightGate gate, Leaving leaving, Doors doors, TimeProvider time, ILogger<DrainStation> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The one moment between "stopping" and the server's own stop.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (leaving.IsSucceeded)
        {
            return;
        }

        leaving.Announce();
        LogDraining(options.Value.DrainDelay.TotalSeconds, gate.Count);

        // Cancelled when the whole stop takes too long: then the door closes now.
        await Task.Delay(options.Value.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The server's stop ends its accepting; refused are callers only once the sockets are closed, which are ours.
        doors.Close();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2902, LogLevel.Information, "Told to stop: not ready any more, open for {Seconds} s more, {InFlight} invocations in flight")]
    private partial void LogDraining(double seconds, int inFlight);
}
