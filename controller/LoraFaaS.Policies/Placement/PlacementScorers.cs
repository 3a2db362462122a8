using System.Diagnostics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Placement;

/// <summary>The more-or-less part of placement: every scorer answers in expected milliseconds to the first token, so that they add up without weights.</summary>
public static class PlacementScorers
{
    public static PlacementCost Cost(PlacementRequest request, WorkerSnapshot worker, StorageTier tier) => new(
        tier,
        TierMs(request.Costs, tier),
        (worker.Backbones.Contains(request.Backbone) ? 0 : request.Costs.ColdBackboneMs) + SandboxMs(request, worker),
        (Math.Max(worker.Running, 0) * request.Costs.RunningMs) + (Math.Max(worker.Queued, 0) * request.Costs.QueuedMs),
        tier < StorageTier.Device && request.AdapterBytes > worker.FreeDeviceBytes ? request.Costs.EvictionMs : 0);

    private static double SandboxMs(PlacementRequest request, WorkerSnapshot worker) =>
        request.Domain is { } domain && worker.Domains is { } domains && !domains.Contains(domain) ? request.Costs.ColdSandboxMs : 0;

    private static double TierMs(PlacementCosts costs, StorageTier tier) => tier switch
    {
        StorageTier.Device => 0,
        StorageTier.Host => costs.HostMs,
        StorageTier.Disk => costs.DiskMs,
        StorageTier.Remote => costs.RemoteMs,
        _ => throw new UnreachableException(),
    };
}
