using System.Diagnostics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Placement;

/// <summary>
/// The more-or-less part of placement: every scorer answers in expected milliseconds to the first token, so that they add up
/// without weights. The figures are orders of magnitude, not measurements of one machine: they have to rank, not to predict.
/// </summary>
public static class PlacementScorers
{
    /// <summary>Packing a backbone reads all its bytes: seconds for billions of parameters, and everything else waits for it.</summary>
    private const double ColdBackboneMs = 3_000;

    /// <summary>One running sequence stretches each step a little; one queued invocation stands in front of ours.</summary>
    private const double RunningMs = 2;
    private const double QueuedMs = 8;

    /// <summary>Something must go down a tier before the adapter fits.</summary>
    private const double EvictionMs = 20;

    public static PlacementCost Cost(PlacementRequest request, WorkerSnapshot worker, StorageTier tier) => new(
        tier,
        TierMs(tier),
        worker.Backbones.Contains(request.Backbone) ? 0 : ColdBackboneMs,
        (Math.Max(worker.Running, 0) * RunningMs) + (Math.Max(worker.Queued, 0) * QueuedMs),
        tier < StorageTier.Device && request.AdapterBytes > worker.FreeDeviceBytes ? EvictionMs : 0);

    private static double TierMs(StorageTier tier) => tier switch
    {
        StorageTier.Device => 0,
        StorageTier.Host => 5,
        StorageTier.Disk => 40,
        StorageTier.Remote => 250,
        _ => throw new UnreachableException(),
    };
}
