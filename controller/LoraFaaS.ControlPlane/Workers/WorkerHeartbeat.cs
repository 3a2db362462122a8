using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>A worker's inventory at one instant. It is the truth; what the controller planned is a wish.</summary>
public sealed record WorkerHeartbeat
{
    public required ByteSize DeviceBytesUsed { get; init; }

    public required int Running { get; init; }

    public required int Queued { get; init; }

    public required int Sandboxes { get; init; }

    public required bool Draining { get; init; }

    public required IReadOnlyList<ResidentState> Resident { get; init; }

    /// <summary>Backbones on their way into host memory.</summary>
    public IReadOnlyList<LoadingState> Loading { get; init; } = [];

    /// <summary>What loads took of late; null: it did not say.</summary>
    public StageCosts? Costs { get; init; }
}
