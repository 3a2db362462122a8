using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>
/// Tells the workers whose sessions are here what the newest plan asks of them and their inventories do not show yet. Level-triggered: what a worker
/// could not do, or gave up for a call, is asked again at the next turn for as long as the plan says so.
/// </summary>
public sealed partial class PlanCommands(IPlanStore plans, CatalogueView catalogue, WorkerRegistry workers, ILogger<PlanCommands> logger)
{
    /// <summary>Commands to one worker in a turn: the rest is asked for at the next.</summary>
    private const int MostEach = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ILogger _logger = logger;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (workers.Sessions.Count == 0 || await plans.FindNewestAsync(cancellationToken) is not { } plan)
        {
            return;
        }

        var functions = (await catalogue.FunctionsAsync(cancellationToken)).ToDictionary(function => function.Id.ToString());
        await Task.WhenAll(workers.Sessions.Select(session => TellAsync(session, plan, functions, cancellationToken)));
    }

    private async Task TellAsync(WorkerSession session, PlanInfo plan, Dictionary<string, FunctionRecord> functions, CancellationToken cancellationToken)
    {
        if (session.State is not { Draining: false } state)
        {
            return;
        }

        var sent = 0;

        foreach (var line in plan.Lines)
        {
            if (sent == MostEach)
            {
                return;
            }

            if (line.Worker == session.Id.Value && CommandOf(line, state, functions) is { } command)
            {
                sent++;
                LogAnswer(line.Action, line.Kind, line.Function ?? line.TrustDomain ?? "", session.Id, await session.SendAsync(command, Patience, cancellationToken));
            }
        }
    }

    /// <summary>Null: it is so already, or nothing is asked.</summary>
    private static WorkerCommand? CommandOf(PlanLine line, WorkerState state, Dictionary<string, FunctionRecord> functions)
    {
        if (!Enum.TryParse<StorageTier>(line.Tier, ignoreCase: true, out var tier) || !Enum.TryParse<ArtifactKind>(line.Kind, ignoreCase: true, out var kind))
        {
            return null;
        }

        var revision = kind is ArtifactKind.Sandbox
            ? functions.Values.SelectMany(PlannedRevisions.Of).Select(planned => planned.Revision)
                .FirstOrDefault(revision => revision.TrustDomain.Value == line.TrustDomain && revision.BackboneDigest.Value == line.Digest)
            : line.Function is { } name && functions.GetValueOrDefault(name) is { } function ? line.Revision is { } number ? function.Find(number) : function.Current : null;

        // A function that was deployed anew since has another adapter: the next plan knows it.
        if (revision is null || (kind is ArtifactKind.Adapter or ArtifactKind.Prefix && revision.AdapterDigest?.Value != line.Digest))
        {
            return null;
        }

        return line.Action switch
        {
            PlanLines.Load when kind is ArtifactKind.Sandbox => HasSandbox(state, revision) ? null : new WorkerCommand.Preload(kind, revision, tier, line.Reason),
            PlanLines.Load when kind is ArtifactKind.Prefix => HasPrefix(state, revision) ? null : new WorkerCommand.Preload(kind, revision, tier, line.Reason),
            PlanLines.Offload when kind is ArtifactKind.Prefix => HasPrefix(state, revision) ? new WorkerCommand.OffloadOf(kind, revision, tier, line.Reason) : null,
            PlanLines.Load => kind is ArtifactKind.Adapter && state.TierOf(revision) >= tier ? null : new WorkerCommand.Preload(kind, revision, tier, line.Reason),
            PlanLines.Offload => kind is ArtifactKind.Adapter && state.TierOf(revision) <= tier ? null : new WorkerCommand.OffloadOf(kind, revision, tier, line.Reason),
            _ => null,
        };
    }

    private static bool HasSandbox(WorkerState state, FunctionRevision revision) => state.Resident.Any(resident =>
        resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Device } && resident.TrustDomain == revision.TrustDomain && resident.Digest == revision.BackboneDigest);

    private static bool HasPrefix(WorkerState state, FunctionRevision revision) => state.Resident.Any(resident =>
        resident is { Kind: ResidentKind.Prefix, Tier: StorageTier.Device } && resident.Function == revision.Function && resident.Revision == revision.Number);

    [LoggerMessage(2412, LogLevel.Debug, "Planned {Action} of {Kind} {Subject} at {Worker}: {Outcome}")]
    private partial void LogAnswer(string action, string kind, string subject, WorkerId worker, CommandOutcome outcome);
}
