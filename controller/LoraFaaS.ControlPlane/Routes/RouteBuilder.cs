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
            var known = previous.Routes.GetValueOrDefault(function.Id);
            routes[function.Id] = known is not null && IsStill(known, function, holders) ? known
                : Entry(function.Current, function.DesiredReplicas, function.CreatedAt, isBackbone: false, holders, Targets(function, holders, now, grace));
        }

        return new RouteSnapshot(previous.Version + 1, Frozen(routes, previous.Routes), [.. workers.Select(Worker)]);
    }

    public static bool SaysTheSame(RouteSnapshot before, RouteSnapshot after) =>
        ReferenceEquals(before.Routes, after.Routes) && before.Workers.SequenceEqual(after.Workers) && ReferenceEquals(before.Access, after.Access);

    /// <summary>
    /// The table before it, where nothing changed: of a hundred thousand functions nearly every news is of workers alone, and freezing as many names takes
    /// longer than all the rest. What says the same as before is the same object.
    /// </summary>
    private static FrozenDictionary<FunctionId, RouteEntry> Frozen(Dictionary<FunctionId, RouteEntry> routes, FrozenDictionary<FunctionId, RouteEntry> before)
    {
        var kept = 0;

        foreach (var (id, entry) in routes)
        {
            if (before.TryGetValue(id, out var known) && known.Equals(entry))
            {
                // An existing key's value may be set while the keys are walked.
                routes[id] = known;
                kept++;
            }
        }

        return kept == routes.Count && kept == before.Count ? before : routes.ToFrozenDictionary();
    }

    /// <summary>By the references that a store which keeps its records in memory gives again: nothing is made to find out that nothing changed.</summary>
    private static bool IsStill(RouteEntry known, FunctionRecord function, ResidencyIndex holders) =>
        function.Traffic is null
        && ReferenceEquals(known.Revision, function.Newest)
        && !known.IsBackbone
        && known.Targets.IsEmpty
        && known.DesiredReplicas == function.DesiredReplicas
        && known.CreatedAt == function.CreatedAt
        && (holders.IsHeld(function.Newest) ? Placements(function.Newest, holders).SequenceEqual(known.Placements) : known.Placements.IsEmpty);

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
