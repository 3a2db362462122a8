using System.Collections.Frozen;
using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>The whole route table at one version. Versions count within one controller's life.</summary>
public sealed record RouteSnapshot(long Version, FrozenDictionary<FunctionId, RouteEntry> Routes, ImmutableArray<RouteWorker> Workers)
{
    public static readonly RouteSnapshot Empty = new(0, FrozenDictionary<FunctionId, RouteEntry>.Empty, []);

    public RouteAccess Access { get; init; } = RouteAccess.Empty;
}
