using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>All a gateway has to know to serve a function without asking.</summary>
public sealed class RouteEntry : IEquatable<RouteEntry>
{
    /// <summary>The one with the largest share of the calls.</summary>
    public required FunctionRevision Revision { get; init; }

    public required ImmutableArray<RoutePlacement> Placements { get; init; }

    public required int DesiredReplicas { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required bool IsBackbone { get; init; }

    /// <summary>Every revision in use, this one among them, oldest first. Empty: there is only this one.</summary>
    public ImmutableArray<RouteTarget> Targets { get; init; } = [];

    public FunctionId Id => Revision.Function;

    public bool Equals(RouteEntry? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (Revision == other.Revision && DesiredReplicas == other.DesiredReplicas && CreatedAt == other.CreatedAt
                && IsBackbone == other.IsBackbone && Targets.SequenceEqual(other.Targets) && Placements.SequenceEqual(other.Placements)));

    public override bool Equals(object? obj) => Equals(obj as RouteEntry);

    public override int GetHashCode() => HashCode.Combine(Revision.Function, Revision.Number, DesiredReplicas, Placements.Length);
}
