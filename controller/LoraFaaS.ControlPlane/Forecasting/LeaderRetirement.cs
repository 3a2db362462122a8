using LoraFaaS.ControlPlane.Planning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>Gives the leader's lease back at the end. Registered before all loops that lead, since hosts stop in reverse order.</summary>
internal sealed partial class LeaderRetirement(LeadershipCheck leadership, TimeProvider time, ILogger<LeaderRetirement> logger) : IHostedService
{
    /// <summary>A store that does not answer must not hold up the stop: the lease then ends by itself.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;
    private bool _stopped;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host may be told to stop twice, the second time without its services.
        if (Interlocked.Exchange(ref _stopped, true))
        {
            return;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            await leadership.ResignAsync(either.Token);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogKept(exception.Message);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            LogKept("the store did not answer in time");
        }
    }

    [LoggerMessage(2707, LogLevel.Warning, "The leader's lease was not given back and ends by itself: {Message}")]
    private partial void LogKept(string message);
}
