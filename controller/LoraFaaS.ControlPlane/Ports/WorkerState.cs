using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A worker's last heartbeat, with what it said of itself at the start of its session.</summary>
public sealed record WorkerState
{
    public required WorkerId Id { get; init; }

    public required string Url { get; init; }

    public required string Device { get; init; }

    public required long DeviceBytes { get; init; }

    public required long DeviceBytesUsed { get; init; }

    /// <summary>Host memory for packed backbones and adapters; 0: it did not say.</summary>
    public long HostBytes { get; init; }

    public required int Running { get; init; }

    public required int Queued { get; init; }

    public required int Sandboxes { get; init; }

    public required bool Draining { get; init; }

    /// <summary>The controller that holds this worker's session and can send it commands.</summary>
    public required string ControllerId { get; init; }

    public required IReadOnlyList<string> NotEnforced { get; init; }

    /// <summary>What its tokens are computed with: kernels' family and form of the weights. Empty: it did not say.</summary>
    public string Arithmetic { get; init; } = "";

    public required IReadOnlyList<ResidentState> Resident { get; init; }

    /// <summary>Backbones that it is packing now.</summary>
    public IReadOnlyList<LoadingState> Loading { get; init; } = [];

    /// <summary>What loads take there; null: it did not say.</summary>
    public StageCosts? Costs { get; init; }

    /// <summary>Backbones it was told of and could not read: a path it does not have, or content that differs.</summary>
    public IReadOnlyList<Digest> UnreadableBackbones { get; init; } = [];
}
