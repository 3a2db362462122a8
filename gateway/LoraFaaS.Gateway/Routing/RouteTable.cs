using System.Collections.Frozen;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Routing;

/// <summary>One frozen view of functions and workers. An invocation resolves against one table from beginning to end of its placement.</summary>
internal sealed class RouteTable
{
    public static readonly RouteTable Empty = new(
        0, RouteIndex.Empty, FrozenDictionary<WorkerId, WorkerEntry>.Empty, FrozenDictionary<string, RouteEntry>.Empty, AccessTable.Empty);

    private readonly FrozenDictionary<string, RouteEntry> _backbones;

    private RouteTable(
        long version,
        RouteIndex routes,
        FrozenDictionary<WorkerId, WorkerEntry> workers,
        FrozenDictionary<string, RouteEntry> backbones,
        AccessTable access)
    {
        Version = version;
        Routes = routes;
        Workers = workers;
        Access = access;
        _backbones = backbones;
    }

    public long Version { get; }

    public RouteIndex Routes { get; }

    public FrozenDictionary<WorkerId, WorkerEntry> Workers { get; }

    /// <summary>Who may invoke.</summary>
    public AccessTable Access { get; }

    /// <summary><c>name</c>, <c>name.namespace</c>; the default namespace may be written or left out.</summary>
    public RouteEntry? Find(string name) => Routes.Find(name);

    /// <summary>As <see cref="Find"/>; then the name of a backbone, whose dots and underscores need not make a function's name.</summary>
    public RouteEntry? FindModel(string model) => Find(model) ?? _backbones.GetValueOrDefault(model);

    /// <summary>An update without news is the controller's sign of life.</summary>
    public static bool SaysNothing(RouteUpdate update) =>
        !update.IsSnapshot && !update.WorkersChanged && update.Upserts.Count == 0 && update.Removals.Count == 0 && update.Access is null;

    /// <summary>The next table. A snapshot forgets everything known before; a change of workers alone leaves the routes as they are.</summary>
    public RouteTable Apply(RouteUpdate update)
    {
        var workers = update.WorkersChanged || update.IsSnapshot
            ? update.Workers.Select(RouteWire.ToWorker).ToFrozenDictionary(worker => worker.Snapshot.Id)
            : Workers;
        var access = update.Access is { } given ? AccessTable.Read(given) : update.IsSnapshot ? AccessTable.Empty : Access;

        if (!update.IsSnapshot && update.Upserts.Count == 0 && update.Removals.Count == 0)
        {
            return new RouteTable(update.Version, Routes, workers, _backbones, access);
        }

        var removals = update.Removals.Select(RouteWire.ToId).ToList();
        var upserts = update.Upserts.Select(RouteWire.ToRoute).ToList();
        var before = update.IsSnapshot ? RouteIndex.Empty : Routes;
        var routes = before.With(removals, upserts);

        return new RouteTable(update.Version, routes, workers, TouchesBackbones() ? ByBackboneName(routes) : _backbones, access);

        // Backbones are few and seldom change, and finding them again is a walk over all functions.
        bool TouchesBackbones() =>
            update.IsSnapshot
            || upserts.Exists(upsert => upsert.IsBackbone)
            || removals.Concat(upserts.Select(upsert => upsert.Function)).Any(id => before.GetValueOrDefault(id) is { IsBackbone: true });
    }

    private static FrozenDictionary<string, RouteEntry> ByBackboneName(RouteIndex routes) =>
        routes.Values.Where(route => route.IsBackbone)
            .DistinctBy(route => route.Revision.Backbone.Value)
            .ToFrozenDictionary(route => route.Revision.Backbone.Value, StringComparer.Ordinal);
}
