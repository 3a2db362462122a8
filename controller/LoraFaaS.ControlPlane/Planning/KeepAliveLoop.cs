using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Moves idle adapters down by the keep-alive policy. Commands only workers whose sessions are here; see decisions/0001.</summary>
public sealed partial class KeepAliveLoop(
    IWarmStateStore warm, CatalogueView catalogue, FunctionRegistry functions, WorkerRegistry workers,
    KeepAliveSources sources, LoopSignals signals, IOptions<KeepAliveOptions> options, IOptions<RevisionOptions> revisions, TimeProvider time, ILogger<KeepAliveLoop> logger)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await signals.KeepAlive.WaitAsync(options.Value.Interval, stoppingToken);

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
        var plan = KeepAlivePlan.Make(
            await warm.ListWorkersAsync(cancellationToken), await catalogue.FunctionsAsync(cancellationToken), options.Value.Defaults,
            time.GetUtcNow(), revisions.Value.Grace, await sources.TakeAsync(cancellationToken));

        foreach (var (function, reason) in plan.ToZero)
        {
            LogToZero(function, reason);
            await functions.ScaleAsync(function, 0, cancellationToken);
        }

        await Task.WhenAll(plan.Offloads.Select(offload => OffloadAsync(offload, cancellationToken)));
    }

    private async Task OffloadAsync(PlannedOffload offload, CancellationToken cancellationToken)
    {
        if (!workers.TryFind(offload.Worker, out var session))
        {
            return;
        }

        var command = new WorkerCommand.Offload(offload.Adapter, offload.TrustDomain, offload.To, offload.Reason);
        var outcome = await session.SendAsync(command, Patience, cancellationToken);

        if (outcome is CommandOutcome.Done)
        {
            LogOffloaded(offload.Adapter, offload.Worker, offload.To, offload.Reason);
            return;
        }

        // In use, lost, busy: the next turn looks at what is then true.
        LogNotOffloaded(offload.Adapter, offload.Worker, outcome);
    }
}
