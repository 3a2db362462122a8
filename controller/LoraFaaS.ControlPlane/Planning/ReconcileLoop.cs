using LoraFaaS.ControlPlane.Placement;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// Warms functions that want replicas and have too few: after a deployment, after a worker was lost or came. Compares the table
/// with the wish at every turn, so that it does not matter which event was missed.
/// </summary>
public sealed partial class ReconcileLoop(
    RouteTable table, IWarmStateStore warm, Placer placer, WorkerRegistry workers, LoopSignals signals,
    IOptions<ReconcileOptions> options, TimeProvider time, ILogger<ReconcileLoop> logger)
    : BackgroundService
{
    private readonly Backoff _backoff = new(options.Value);
    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await signals.Reconcile.WaitAsync(options.Value.Interval, stoppingToken);

            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }
        }
    }

    internal async Task TurnAsync(CancellationToken cancellationToken)
    {
        // Each controller commands the workers whose sessions it holds; the policy picks the same worker at every controller.
        if (workers.Sessions.Count == 0)
        {
            return;
        }

        await table.RefreshAsync(cancellationToken);
        var snapshot = table.Current;
        var now = time.GetUtcNow();
        _backoff.Keep(snapshot.Routes.Values.SelectMany(MissingReplica.Revisions).ToHashSet());

        var due = MissingReplica.In(snapshot, await warm.ListWorkersAsync(cancellationToken))
            .Where(missing => _backoff.MayTry(missing.Revision.Function, missing.Revision.Number, now))
            .ToList();

        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = cancellationToken },
            async (missing, token) => await WarmAsync(missing, token));
    }

    private async Task WarmAsync(MissingReplica missing, CancellationToken cancellationToken)
    {
        var outcome = await placer.PlaceAsync(missing.Revision, missing.Holders, live: false, "a replica is desired", cancellationToken);
        _backoff.Note(missing.Revision.Function, missing.Revision.Number, outcome is ActivationOutcome.Ready, time.GetUtcNow());

        if (outcome is ActivationOutcome.Refused refused)
        {
            LogNotWarmed(missing.Revision.Function, refused.Problem.Message);
        }
    }
}
