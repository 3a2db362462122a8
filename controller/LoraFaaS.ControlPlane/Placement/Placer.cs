using System.Collections.Frozen;
using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Policies.Placement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>Chooses a worker for a revision by the placement policy and has it load; tries another worker when one fails.</summary>
public sealed partial class Placer(
    IWarmStateStore warm, WorkerRegistry workers, IOptions<ActivationOptions> options, ILogger<Placer> logger)
{
    private static readonly TimeSpan NoWorkerRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FailedRetry = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    /// <param name="live">An invocation waits: what is loaded ahead of need gives way at the worker.</param>
    public async Task<ActivationOutcome> PlaceAsync(
        FunctionRevision revision, IReadOnlySet<WorkerId> excluded, bool live, string reason, CancellationToken cancellationToken)
    {
        var tried = new HashSet<WorkerId>(excluded);
        Problem? last = null;

        for (var attempt = 0; attempt < options.Value.Attempts; attempt++)
        {
            var alive = await warm.ListWorkersAsync(cancellationToken);

            if (Decide(revision, alive, tried) is not PlacementDecision.On on)
            {
                return new ActivationOutcome.Refused(last ?? NoWorker(revision, alive, tried));
            }

            var worker = alive.First(candidate => candidate.Id == on.Worker);

            if (!workers.TryFind(worker.Id, out var session))
            {
                // Its session is at another controller. The worker loads what the invocation brings it; see decisions/0001.
                return new ActivationOutcome.Ready(worker.Id, worker.Url, on.Reason);
            }

            var outcome = await session.SendAsync(new WorkerCommand.Load(revision, StorageTier.Device, live, reason), options.Value.LoadTimeout, cancellationToken);

            if (outcome is CommandOutcome.Done done)
            {
                LogPlaced(revision.Function, revision.Number, worker.Id, done.Took.TotalMilliseconds, on.Reason);
                return new ActivationOutcome.Ready(worker.Id, worker.Url, on.Reason, done.Account);
            }

            last = Problem(worker.Id, outcome);
            LogFailed(revision.Function, revision.Number, worker.Id, last.Message);
            tried.Add(worker.Id);
        }

        return new ActivationOutcome.Refused(last!);
    }

    internal static PlacementDecision Decide(FunctionRevision revision, IReadOnlyList<WorkerState> workers, IReadOnlySet<WorkerId> excluded) =>
        PlacementPolicy.Decide(
            PlacementRequest.For(revision) with
            {
                AdapterTiers = workers.ToFrozenDictionary(worker => worker.Id, worker => worker.TierOf(revision)),
                Excluded = excluded,
            },
            [.. workers.Select(worker => worker.Snapshot())]);

    private static Problem NoWorker(FunctionRevision revision, IReadOnlyList<WorkerState> workers, IReadOnlySet<WorkerId> excluded) =>
        workers.Count == 0
            ? new Problem(ErrorCode.WorkerUnavailable, "no worker is connected", RetryAfter: NoWorkerRetry)
            : new Problem(ErrorCode.NoCapacity, $"no worker can take it: {Decide(revision, workers, excluded).Reason}", RetryAfter: FailedRetry);

    private static Problem Problem(WorkerId worker, CommandOutcome outcome) => outcome switch
    {
        CommandOutcome.Failed failed => failed.Problem with
        {
            Message = $"worker {worker}: {failed.Problem.Message}",
            RetryAfter = failed.Problem.RetryAfter ?? FailedRetry,
        },
        CommandOutcome.Lost => new Problem(ErrorCode.WorkerUnavailable, $"worker {worker} was lost while loading", RetryAfter: NoWorkerRetry),
        CommandOutcome.TimedOut timedOut => new Problem(
            ErrorCode.ActivationFailed, FormattableString.Invariant($"worker {worker} did not load it within {timedOut.After.TotalSeconds:0} s"), RetryAfter: FailedRetry),
        CommandOutcome.Backlogged => new Problem(ErrorCode.NoCapacity, $"worker {worker} has too many commands waiting", RetryAfter: FailedRetry),
        _ => throw new UnreachableException(),
    };
}
