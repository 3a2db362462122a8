using System.Collections.Immutable;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>One revision of a function that more than one revision answers for.</summary>
public sealed class RouteTarget : IEquatable<RouteTarget>
{
    public required FunctionRevision Revision { get; init; }

    public required ImmutableArray<RoutePlacement> Placements { get; init; }

    /// <summary>Of 100 calls, as many; 0: only those that name it.</summary>
    public required int Percent { get; init; }

    public required ImmutableArray<string> Tags { get; init; }

    public bool Equals(RouteTarget? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (Revision == other.Revision && Percent == other.Percent && Tags.SequenceEqual(other.Tags) && Placements.SequenceEqual(other.Placements)));

    public override bool Equals(object? obj) => Equals(obj as RouteTarget);

    public override int GetHashCode() => HashCode.Combine(Revision.Number, Percent, Placements.Length);
}
