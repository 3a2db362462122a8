using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>A worker as gateways place by it.</summary>
public sealed class RouteWorker : IEquatable<RouteWorker>
{
    public required WorkerId Id { get; init; }

    public required string Url { get; init; }

    public required bool Draining { get; init; }

    public required int Running { get; init; }

    public required int Queued { get; init; }

    public required ByteSize DeviceBytes { get; init; }

    public required ByteSize FreeDeviceBytes { get; init; }

    public required ImmutableArray<Digest> Backbones { get; init; }

    /// <summary>What its tokens are computed with.</summary>
    public string Arithmetic { get; init; } = "";

    public bool Equals(RouteWorker? other) =>
        other is not null && Id == other.Id && Url == other.Url && Draining == other.Draining && Running == other.Running && Queued == other.Queued
        && DeviceBytes == other.DeviceBytes && FreeDeviceBytes == other.FreeDeviceBytes && Arithmetic == other.Arithmetic
        && Backbones.SequenceEqual(other.Backbones);

    public override bool Equals(object? obj) => Equals(obj as RouteWorker);

    public override int GetHashCode() => HashCode.Combine(Id, Running, Queued);
}
