using System.Diagnostics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Placement;

/// <summary>The yes-or-no part of placement.</summary>
public static class PlacementFilters
{
    /// <summary>The first filter the worker does not pass, or <see cref="PlacementFilter.None"/>.</summary>
    public static PlacementFilter Apply(PlacementRequest request, WorkerSnapshot worker, StorageTier tier)
    {
        if (!worker.Alive)
        {
            return PlacementFilter.Lost;
        }

        if (worker.Draining)
        {
            return PlacementFilter.Draining;
        }

        if (request.Excluded.Contains(worker.Id))
        {
            return PlacementFilter.Excluded;
        }

        if (worker.UnreadableBackbones.Contains(request.Backbone))
        {
            return PlacementFilter.BackboneUnreadable;
        }

        // Bytes that others hold idle can be reclaimed, so only the whole device is a hard bound; what is free now is a cost.
        if (tier < StorageTier.Device && worker.DeviceBytes is { } all && request.AdapterBytes > all)
        {
            return PlacementFilter.DeviceTooSmall;
        }

        return tier < request.MinimumTier ? PlacementFilter.TooFar : PlacementFilter.None;
    }

    public static string InWords(this PlacementFilter filter) => filter switch
    {
        PlacementFilter.None => "can serve it",
        PlacementFilter.Lost => "is lost",
        PlacementFilter.Draining => "is draining",
        PlacementFilter.Excluded => "has just failed this invocation",
        PlacementFilter.BackboneUnreadable => "cannot read the backbone",
        PlacementFilter.DeviceTooSmall => "has less device memory than the adapter's bytes",
        PlacementFilter.TooFar => "does not have it near enough",
        _ => throw new UnreachableException(),
    };
}
