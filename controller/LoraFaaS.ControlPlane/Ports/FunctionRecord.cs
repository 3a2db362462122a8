using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A function as stored: what was asked for, letter by letter, and what it was resolved to.</summary>
public sealed record FunctionRecord
{
    public required FunctionId Id { get; init; }

    /// <summary>Counts from 1; raised by one at every write.</summary>
    public required long Generation { get; init; }

    /// <summary>The newest deployment as the client sent it.</summary>
    public required FunctionDeployment Deployment { get; init; }

    /// <summary>Oldest first; the last one serves.</summary>
    public required IReadOnlyList<FunctionRevision> Revisions { get; init; }

    public required int DesiredReplicas { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public FunctionRevision Current => Revisions[^1];
}
