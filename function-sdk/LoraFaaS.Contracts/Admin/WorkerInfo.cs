namespace LoraFaaS.Contracts.Admin;

/// <summary>A worker as operators see it.</summary>
public sealed record WorkerInfo
{
    public required string Id { get; init; }

    public required string Endpoint { get; init; }

    public required string Device { get; init; }

    /// <summary><c>ready</c>, <c>draining</c> or <c>lost</c>.</summary>
    public required string State { get; init; }

    public required long DeviceBytes { get; init; }

    public required long DeviceBytesUsed { get; init; }

    public required int Sandboxes { get; init; }

    public required int Running { get; init; }

    public required int Queued { get; init; }

    /// <summary>Isolation measures the machine could not enforce, in words. Empty is best.</summary>
    public required IReadOnlyList<string> NotEnforced { get; init; }

    public required IReadOnlyList<ResidentArtifact> Resident { get; init; }

    /// <summary>Backbones it is loading now, and how far it is.</summary>
    public IReadOnlyList<BackboneLoading> Loading { get; init => field = value ?? []; } = [];
}
