using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Activation;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Policies.Placement;
using LoraFaaS.Policies.Snapshots;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.Gateway.Dispatch;

/// <summary>Warm: the placement policy over the table, at once and asking nobody. Cold, or nothing warm is left to try: an activation, which is waited for.</summary>
internal sealed class Dispatcher(RouteBoard board, LocalLoad load, CircuitBoard circuits, ActivationDesk desk, SleepingCalls sleeping)
{
    /// <summary>What the draws between two workers are made of.</summary>
    private static readonly ulong Salt = StickyChoice.Salt("placement");

    /// <summary>Null: nothing warm is left to try, and it is to be woken (<see cref="WakeAsync"/>).</summary>
    /// <param name="route">What is called.</param>
    /// <param name="call">Its draw between workers that differ in nothing but old figures: gateways that saw the same figures must not all send to the same worker.</param>
    /// <param name="untilDue">Until the first token is due that its function promises; null: nothing is promised.</param>
    /// <param name="excluded">Workers that have just failed it.</param>
    /// <param name="arithmetic">Of an answer that is to go on: workers that are known to compute otherwise are no place for it. Empty: a new one.</param>
    public DispatchOutcome? Place(RouteEntry route, CallId call, TimeSpan? untilDue, IReadOnlySet<WorkerId> excluded, string arithmetic)
    {
        var table = board.Table;
        var placed = Newest(table, route);

        // All at once, where PlacementRequest.For would have it made twice.
        var question = new PlacementRequest
        {
            Function = placed.Revision.Function,
            Backbone = placed.Revision.BackboneDigest,
            Adapter = placed.Revision.AdapterDigest,
            AdapterBytes = new ByteSize(placed.Revision.AdapterBytes),
            AdapterTiers = placed.Placements,
            MinimumTier = StorageTier.Host,
            Excluded = excluded,
            TimeLeft = untilDue,
            Draw = (uint)StickyChoice.Hash(Salt, call.Value),
        };

        if ((PlaceTrusted(table, placed, question, arithmetic) ?? PlaceWarm(table, placed, question, arithmetic)) is { } warm)
        {
            sleeping.Called(placed);
            return placed.Revision.MaxConcurrent > 0 ? warm with { OthersCanServe = CanServeBeside(warm.Worker, table, placed, question, arithmetic) } : warm;
        }

        // Warm, but with all that may be there: waking it elsewhere is the controller's to decide, and not because one gateway is busy.
        return PlaceWarm(table, placed, question, arithmetic, evenFull: true) is { } busy ? new DispatchOutcome.Refused(load.Full(busy.Worker)) : null;
    }

    public async Task<DispatchOutcome> WakeAsync(RouteEntry route, CancellationToken cancellationToken) =>
        await desk.ActivateAsync(Newest(board.Table, route), cancellationToken) switch
        {
            ActivationOutcome.Ready ready => new DispatchOutcome.On(ready.Worker, ready.Url, Activated: true, ready.Account),
            ActivationOutcome.Full full => new DispatchOutcome.Refused(new Problem(
                ErrorCode.QueueFull, $"{route.Function} is waking and as many callers wait as may", RetryAfter: full.RetryAfter)),
            ActivationOutcome.Refused refused => new DispatchOutcome.Refused(refused.Problem),
            _ => throw new UnreachableException(),
        };

    /// <summary>
    /// The route in hand may be older than the table: where the adapter is now is what counts, unless it was undeployed meanwhile. Likewise a revision that has left the split since.
    /// </summary>
    private static RouteEntry Newest(RouteTable table, RouteEntry route) => table.Routes.GetValueOrDefault(route.Function)?.Pinned(route.Revision.Number) ?? route;

    /// <summary>An open circuit passes a worker over while another can serve. Where none can, calls go there all the same: nobody is refused for the circuit's sake.</summary>
    private DispatchOutcome.On? PlaceTrusted(RouteTable table, RouteEntry route, PlacementRequest question, string arithmetic)
    {
        if (!circuits.HasAny)
        {
            return null;
        }

        var failing = table.Workers.Values.Where(worker => !circuits.MayTry(worker.Url)).Select(worker => worker.Snapshot.Id).ToHashSet();

        if (failing.Count == 0)
        {
            return null;
        }

        failing.UnionWith(question.Excluded);
        return PlaceWarm(table, route, question with { Excluded = failing }, arithmetic);
    }

    /// <summary>One whose circuit is open is no place to move to.</summary>
    private bool CanServeBeside(WorkerId worker, RouteTable table, RouteEntry route, PlacementRequest question, string arithmetic)
    {
        var beside = question with { Excluded = question.Excluded.Append(worker).ToHashSet() };
        return (PlaceTrusted(table, route, beside, arithmetic) ?? PlaceWarm(table, route, beside, arithmetic)) is { } other && circuits.MayTry(other.Url);
    }

    private DispatchOutcome.On? PlaceWarm(RouteTable table, RouteEntry route, PlacementRequest question, string arithmetic, bool evenFull = false) =>
        PlacementPolicy.Decide(question, Candidates(table, route, arithmetic, evenFull)) is PlacementDecision.On on
            ? new DispatchOutcome.On(on.Worker, table.Workers[on.Worker].Url, Activated: false)
            : null;

    /// <summary>Only workers that hold the adapter are worth a look; a bare backbone may be at any.</summary>
    private List<WorkerSnapshot> Candidates(RouteTable table, RouteEntry route, string arithmetic, bool evenFull)
    {
        var ids = route.Revision.AdapterDigest is null ? table.Workers.Keys : route.Placements.Keys;
        var candidates = new List<WorkerSnapshot>(ids.Length);

        foreach (var id in ids)
        {
            if (table.Workers.TryGetValue(id, out var worker) && !worker.Differs(arithmetic) && (evenFull || !load.IsFull(id)))
            {
                candidates.Add(worker.Snapshot);
            }
        }

        return candidates.Count > 1 ? WithLocalLoad(candidates) : candidates;
    }

    /// <summary>Load tells several apart: a copy of each is not worth its making where there is but one.</summary>
    private List<WorkerSnapshot> WithLocalLoad(List<WorkerSnapshot> candidates)
    {
        var age = board.LoadAge;

        for (var i = 0; i < candidates.Count; i++)
        {
            candidates[i] = WithLocalLoad(candidates[i], age);
        }

        return candidates;
    }

    /// <summary>The heartbeat's running and queued include ours of a second ago; what we have sent beyond that sum must be queueing there.</summary>
    private WorkerSnapshot WithLocalLoad(WorkerSnapshot worker, TimeSpan age)
    {
        var unseen = Math.Max(0, load.Of(worker.Id) - worker.Running - worker.Queued);

        return worker with { Queued = worker.Queued + unseen, LoadAge = age };
    }
}
