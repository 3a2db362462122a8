using System.Collections.Frozen;
using System.Collections.Immutable;
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

            foreach (var (revision, placements, share) in Serving(route))
            {
                var holders = placements.Select(placement => placement.Worker).ToFrozenSet();
                var warm = open.Count(worker => holders.Contains(worker.Id));
                var wanted = Math.Min((int)Math.Ceiling(route.DesiredReplicas * share / 100.0), open.Count);

                if (warm < wanted && open.Any(worker => !holders.Contains(worker.Id) && HasRoom(worker, revision)))
                {
                    yield return new MissingReplica(revision, holders);
                }
            }
        }
    }

    public static IEnumerable<(FunctionId Function, int Revision)> Revisions(RouteEntry route) =>
        Serving(route).Select(serving => (route.Id, serving.Revision.Number));

    /// <summary>Each revision with a share wants its share of the replicas, and one at least: a canary's first caller is not to find it cold.</summary>
    private static IEnumerable<(FunctionRevision Revision, ImmutableArray<RoutePlacement> Placements, int Share)> Serving(RouteEntry route) =>
        route.Targets.IsEmpty
            ? [(route.Revision, route.Placements, 100)]
            : route.Targets.Where(target => target.Percent > 0).Select(target => (target.Revision, target.Placements, target.Percent));

    /// <summary>Device memory is leased by the sandbox: one of the revision's trust domain that runs already has its share, however full the device is.</summary>
    private static bool HasRoom(WorkerState worker, FunctionRevision revision) =>
        worker.DeviceBytes - worker.DeviceBytesUsed >= revision.AdapterBytes * RoomFactor
        || worker.Resident.Any(resident =>
            resident is { Kind: ResidentKind.Backbone, Tier: StorageTier.Device, Opening: false }
            && resident.Digest == revision.BackboneDigest && resident.TrustDomain == revision.TrustDomain);
}
