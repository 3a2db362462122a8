using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>A function that is warm on fewer workers than it wants, and those where it is warm.</summary>
internal sealed record MissingReplica(FunctionRevision Revision, FrozenSet<WorkerId> Holders)
{
    /// <summary>An adapter's pages on the device can take more than its file: other dtype, whole pages.</summary>
    private const int RoomFactor = 2;

    /// <summary>
    /// What a table shows to be missing. Warming ahead of calls starts no sandbox that would push another out: where no worker has
    /// room, the function waits for its first call, or else many functions would take turns on the device without being called.
    /// </summary>
    public static IEnumerable<MissingReplica> In(RouteSnapshot table, IReadOnlyList<WorkerState> workers)
    {
        var open = workers.Where(worker => !worker.Draining).ToList();

        foreach (var route in table.Routes.Values)
        {
            if (route.IsBackbone || route.DesiredReplicas == 0)
            {
                continue;
            }

            var holders = route.Placements.Select(placement => placement.Worker).ToFrozenSet();
            var warm = open.Count(worker => holders.Contains(worker.Id));

            if (warm < Math.Min(route.DesiredReplicas, open.Count) && open.Any(worker => !holders.Contains(worker.Id) && HasRoom(worker, route.Revision)))
            {
                yield return new MissingReplica(route.Revision, holders);
            }
        }
    }

    /// <summary>Device memory is leased by the sandbox: one of the revision's trust domain that runs already has its share, however full the device is.</summary>
    private static bool HasRoom(WorkerState worker, FunctionRevision revision) =>
        worker.DeviceBytes - worker.DeviceBytesUsed >= revision.AdapterBytes * RoomFactor
        || worker.Resident.Any(resident =>
            resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Device }
            && resident.Digest == revision.BackboneDigest && resident.TrustDomain == revision.TrustDomain);
}
