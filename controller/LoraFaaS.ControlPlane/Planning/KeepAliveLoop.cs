using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>Moves idle adapters down by the keep-alive policy, and takes away the prompt prefixes of what is in use no more. Commands only workers whose sessions are here; see decisions/0001.</summary>
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
        // In this order: what a worker holds of a function is never newer than the function.
        var states = await warm.ListWorkersAsync(cancellationToken);
        var known = await catalogue.FunctionsAsync(cancellationToken);
        var plan = KeepAlivePlan.Make(states, known, options.Value.Defaults, time.GetUtcNow(), revisions.Value.Grace, await sources.TakeAsync(cancellationToken));

        foreach (var (function, reason) in plan.ToZero)
        {
            LogToZero(function, reason);
            await functions.ScaleAsync(function, 0, cancellationToken);
        }

        var forgotten = ForgottenPrefixes.In(states, known, time.GetUtcNow(), revisions.Value.Grace);
        await Task.WhenAll(
            [.. plan.Offloads.Select(offload => OffloadAsync(offload, cancellationToken)), .. forgotten.Select(prefix => DropAsync(prefix, cancellationToken))]);
    }

    private async Task DropAsync(ForgottenPrefix prefix, CancellationToken cancellationToken)
    {
        if (!workers.TryFind(prefix.Worker, out var session))
        {
            return;
        }

        var command = new WorkerCommand.DropPrefix(prefix.Function, prefix.Revision, prefix.TrustDomain, "its revision is in use no more");
        var outcome = await session.SendAsync(command, Patience, cancellationToken);

        // Lost, busy: the next turn looks at what is then true.
        LogDropped(prefix.Function, prefix.Revision, prefix.Worker, outcome);
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
