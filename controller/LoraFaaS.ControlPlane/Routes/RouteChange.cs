using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>What makes one snapshot another. <c>Workers</c> is the whole list when it changed, else default.</summary>
public sealed record RouteChange(
    long Version, bool IsSnapshot, ImmutableArray<RouteEntry> Upserts, ImmutableArray<FunctionId> Removals, ImmutableArray<RouteWorker>? Workers)
{
    /// <summary>The whole when it changed, else null. Some 200 bytes a key, once for each change of any.</summary>
    public RouteAccess? Access { get; init; }

    /// <summary>Everything, for a watcher that knows nothing.</summary>
    public static RouteChange Whole(RouteSnapshot snapshot) => new(snapshot.Version, IsSnapshot: true, snapshot.Routes.Values, [], snapshot.Workers) { Access = snapshot.Access };

    public static RouteChange Between(RouteSnapshot before, RouteSnapshot after)
    {
        // The builder reuses the table where only workers have news, which is nearly always.
        var (upserts, removals) = ReferenceEquals(before.Routes, after.Routes) ? ([], []) : Differences(before, after);

        return new RouteChange(
            after.Version,
            IsSnapshot: false,
            upserts,
            removals,
            before.Workers.SequenceEqual(after.Workers) ? null : after.Workers)
        {
            Access = ReferenceEquals(before.Access, after.Access) ? null : after.Access,
        };
    }

    private static (ImmutableArray<RouteEntry> Upserts, ImmutableArray<FunctionId> Removals) Differences(RouteSnapshot before, RouteSnapshot after)
    {
        var upserts = ImmutableArray.CreateBuilder<RouteEntry>();
        var removals = ImmutableArray.CreateBuilder<FunctionId>();

        foreach (var (id, entry) in after.Routes)
        {
            // Entries that say the same are reused as well: one comparison of references.
            if (!before.Routes.TryGetValue(id, out var known) || !known.Equals(entry))
            {
                upserts.Add(entry);
            }
        }

        foreach (var id in before.Routes.Keys)
        {
            if (!after.Routes.ContainsKey(id))
            {
                removals.Add(id);
            }
        }

        return (upserts.DrainToImmutable(), removals.DrainToImmutable());
    }
}
