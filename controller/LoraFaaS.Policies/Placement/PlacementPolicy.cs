using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Placement;

/// <summary>
/// Filters, then scorers, then a pick. The nearest adapter wins until its worker's queue costs more than a load elsewhere.
/// Equal costs are spread by a hash of function and worker, so functions settle on different workers, and every gateway with
/// the same snapshot picks the same one.
/// </summary>
public static class PlacementPolicy
{
    public static PlacementDecision Decide(PlacementRequest request, IReadOnlyList<WorkerSnapshot> workers)
    {
        WorkerSnapshot? best = null;
        var bestCost = default(PlacementCost);
        var bestSpread = 0ul;
        var candidates = 0;

        for (var i = 0; i < workers.Count; i++)
        {
            var worker = workers[i];
            var tier = TierAt(request, worker);

            if (PlacementFilters.Apply(request, worker, tier) is not PlacementFilter.None)
            {
                continue;
            }

            candidates++;
            var cost = PlacementScorers.Cost(request, worker, tier);
            var spread = Spread.Of(request.Function, worker.Id);

            if (best is null || IsBetter(cost, spread, worker, bestCost, bestSpread, best))
            {
                (best, bestCost, bestSpread) = (worker, cost, spread);
            }
        }

        return best is null
            ? new PlacementDecision.Nowhere(Refusals(request, workers))
            : new PlacementDecision.On(best.Id, bestCost.Tier, bestCost, candidates);
    }

    /// <summary>Where the worker has what the request needs. A bare backbone needs nothing else, so packed is as near as can be.</summary>
    public static StorageTier TierAt(PlacementRequest request, WorkerSnapshot worker)
    {
        if (request.Adapter is null)
        {
            return worker.Backbones.Contains(request.Backbone) ? StorageTier.Device : StorageTier.Remote;
        }

        return request.AdapterTiers.TryGetValue(worker.Id, out var tier) ? tier : StorageTier.Remote;
    }

    private static bool IsBetter(
        PlacementCost cost, ulong spread, WorkerSnapshot worker, PlacementCost bestCost, ulong bestSpread, WorkerSnapshot best)
    {
        var byCost = cost.TotalMs.CompareTo(bestCost.TotalMs);

        if (byCost != 0)
        {
            return byCost < 0;
        }

        var bySpread = spread.CompareTo(bestSpread);

        return bySpread != 0 ? bySpread < 0 : string.CompareOrdinal(worker.Id.Value, best.Id.Value) < 0;
    }

    private static List<PlacementRefusal> Refusals(PlacementRequest request, IReadOnlyList<WorkerSnapshot> workers)
    {
        var refusals = new List<PlacementRefusal>(workers.Count);

        foreach (var worker in workers)
        {
            refusals.Add(new PlacementRefusal(worker.Id, PlacementFilters.Apply(request, worker, TierAt(request, worker))));
        }

        return refusals;
    }
}
