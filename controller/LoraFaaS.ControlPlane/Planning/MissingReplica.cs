using System.Collections.Frozen;
using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Routes;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>A function that is warm on fewer workers than it wants, and those where it is warm.</summary>
internal sealed record MissingReplica(FunctionRevision Revision, FrozenSet<WorkerId> Holders)
{
    /// <summary>An adapter's pages on the device can take more than its file: other dtype, whole pages.</summary>
    private const int RoomFactor = 2;

    /// <summary>
    /// What a table shows to be missing. Warming ahead of calls never evicts: where no worker has room, the function waits for its
    /// first call, or else many functions would push each other out in turn.
    /// </summary>
    public static IEnumerable<MissingReplica> In(RouteSnapshot table)
    {
        var open = table.Workers.Where(worker => !worker.Draining).ToImmutableArray();

        foreach (var route in table.Routes.Values)
        {
            if (route.IsBackbone || route.DesiredReplicas == 0)
            {
                continue;
            }

            var holders = route.Placements.Select(placement => placement.Worker).ToFrozenSet();
            var warm = open.Count(worker => holders.Contains(worker.Id));

            if (warm < Math.Min(route.DesiredReplicas, open.Length) && open.Any(worker => !holders.Contains(worker.Id) && HasRoom(worker, route.Revision)))
            {
                yield return new MissingReplica(route.Revision, holders);
            }
        }
    }

    private static bool HasRoom(RouteWorker worker, FunctionRevision revision) =>
        worker.FreeDeviceBytes >= new ByteSize(revision.AdapterBytes * RoomFactor);
}
