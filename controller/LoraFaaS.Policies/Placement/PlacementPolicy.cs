using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Placement;

/// <summary>
/// Filters, then scorers, then a pick. The nearest adapter wins until its worker's queue costs more than a load elsewhere.
/// Equal costs are spread by a hash of function and worker, so functions settle on different workers, and every gateway with
/// the same snapshot picks the same one.
/// Load figures that are old would send every caller to the worker that was idle last: between workers that differ in nothing else, two are drawn
/// and the less loaded of them is taken (Mitzenmacher, "The power of two choices in randomized load balancing", 2001). Where both would be late and the
/// best is not, it stays with the best.
/// </summary>
public static class PlacementPolicy
{
    /// <summary>Load figures older than this are not told apart finely.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMilliseconds(250);

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

            if (best is null || IsBetter(request, cost, spread, worker, bestCost, bestSpread, best))
            {
                (best, bestCost, bestSpread) = (worker, cost, spread);
            }
        }

        if (best is null)
        {
            return new PlacementDecision.Nowhere(Refusals(request, workers));
        }

        if (request.Draw is { } draw && candidates > 1 && best.LoadAge > StaleAfter)
        {
            (best, bestCost) = LesserOfTwo(request, workers, draw, best, bestCost);
        }

        return new PlacementDecision.On(best.Id, bestCost.Tier, bestCost, candidates);
    }

    /// <summary>Among the workers that are as good as the best but for their load.</summary>
    private static (WorkerSnapshot Worker, PlacementCost Cost) LesserOfTwo(
        PlacementRequest request, IReadOnlyList<WorkerSnapshot> workers, uint draw, WorkerSnapshot best, PlacementCost bestCost)
    {
        Span<int> alike = workers.Count <= 256 ? stackalloc int[workers.Count] : new int[workers.Count];
        var count = 0;

        for (var i = 0; i < workers.Count; i++)
        {
            var tier = TierAt(request, workers[i]);

            if (PlacementFilters.Apply(request, workers[i], tier) is PlacementFilter.None
                && Math.Abs(PlacementScorers.Cost(request, workers[i], tier).StillMs - bestCost.StillMs) < 1e-9)
            {
                alike[count++] = i;
            }
        }

        if (count < 2)
        {
            return (best, bestCost);
        }

        var first = (int)(draw % (uint)count);
        var second = (int)((first + 1 + (draw / (uint)count % (uint)(count - 1))) % (uint)count);
        var (left, right) = (workers[alike[first]], workers[alike[second]]);
        var (leftCost, rightCost) = (PlacementScorers.Cost(request, left, TierAt(request, left)), PlacementScorers.Cost(request, right, TierAt(request, right)));

        var (drawn, cost) = IsBetter(request, rightCost, Spread.Of(request.Function, right.Id), right, leftCost, Spread.Of(request.Function, left.Id), left)
            ? (right, rightCost)
            : (left, leftCost);

        return request.TimeLeft is { } due && cost.TotalMs > due.TotalMilliseconds && bestCost.TotalMs <= due.TotalMilliseconds ? (best, bestCost) : (drawn, cost);
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
        PlacementRequest request, PlacementCost cost, ulong spread, WorkerSnapshot worker, PlacementCost bestCost, ulong bestSpread, WorkerSnapshot best)
    {
        if (request.TimeLeft is { } left && (cost.TotalMs <= left.TotalMilliseconds) != (bestCost.TotalMs <= left.TotalMilliseconds))
        {
            return cost.TotalMs <= left.TotalMilliseconds;
        }

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
