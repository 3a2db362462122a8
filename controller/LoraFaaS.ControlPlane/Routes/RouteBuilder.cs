using System.Collections.Frozen;
using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>Makes the table out of what is deployed and what the workers hold. A function of the same name hides a backbone.</summary>
internal static class RouteBuilder
{
    public static RouteSnapshot Build(
        RouteSnapshot previous, IReadOnlyList<FunctionRecord> functions, IReadOnlyList<BackboneRecord> backbones, IReadOnlyList<WorkerState> workers,
        DateTimeOffset now, TimeSpan grace)
    {
        var holders = new ResidencyIndex(workers);
        var routes = new Dictionary<FunctionId, RouteEntry>(functions.Count + backbones.Count);

        foreach (var backbone in backbones)
        {
            if (BackboneRoute.TryId(backbone.Name, out var id))
            {
                routes[id] = Entry(BackboneRoute.RevisionOf(backbone, id), 1, backbone.CreatedAt, isBackbone: true, holders);
            }
        }

        foreach (var function in functions)
        {
            routes[function.Id] = Entry(function.Current, function.DesiredReplicas, function.CreatedAt, isBackbone: false, holders, Targets(function, holders, now, grace));
        }

        foreach (var (id, entry) in routes)
        {
            if (previous.Routes.TryGetValue(id, out var known) && known.Equals(entry))
            {
                routes[id] = known;
            }
        }

        return new RouteSnapshot(previous.Version + 1, routes.ToFrozenDictionary(), [.. workers.Select(Worker)]);
    }

    public static bool SaysTheSame(RouteSnapshot before, RouteSnapshot after) =>
        before.Routes.Count == after.Routes.Count
        && after.Routes.All(pair => before.Routes.TryGetValue(pair.Key, out var known) && ReferenceEquals(known, pair.Value))
        && before.Workers.SequenceEqual(after.Workers)
        && ReferenceEquals(before.Access, after.Access);

    private static RouteEntry Entry(
        FunctionRevision revision, int desired, DateTimeOffset createdAt, bool isBackbone, ResidencyIndex holders, ImmutableArray<RouteTarget> targets = default) => new()
    {
        Revision = revision,
        Placements = Placements(revision, holders),
        DesiredReplicas = desired,
        CreatedAt = createdAt,
        IsBackbone = isBackbone,
        Targets = targets.IsDefault ? [] : targets,
    };

    /// <summary>None where one revision has all the calls and no tag: such a route is as small as it ever was.</summary>
    private static ImmutableArray<RouteTarget> Targets(FunctionRecord function, ResidencyIndex holders, DateTimeOffset now, TimeSpan grace)
    {
        var live = LiveRevisions.Of(function, now, grace);

        return live is [{ Tags.IsEmpty: true }] ? [] :
        [
            .. live.Select(revision => new RouteTarget
            {
                Revision = revision.Revision,
                Placements = Placements(revision.Revision, holders),
                Percent = revision.Percent,
                Tags = revision.Tags,
            }),
        ];
    }

    private static ImmutableArray<RoutePlacement> Placements(FunctionRevision revision, ResidencyIndex holders) =>
    [
        .. holders.HoldersOf(revision).Where(holder => holder.Tier >= StorageTier.Host).Select(holder => new RoutePlacement(holder.Worker.Id, holder.Tier)),
    ];

    private static RouteWorker Worker(WorkerState worker)
    {
        var snapshot = worker.Snapshot();

        return new RouteWorker
        {
            Id = worker.Id,
            Url = worker.Url,
            Draining = worker.Draining,
            Running = worker.Running,
            Queued = worker.Queued,
            DeviceBytes = new ByteSize(worker.DeviceBytes),
            FreeDeviceBytes = snapshot.FreeDeviceBytes,
            Arithmetic = worker.Arithmetic,
            Backbones = [.. snapshot.Backbones.OrderBy(digest => digest.Value, StringComparer.Ordinal)],
        };
    }
}
