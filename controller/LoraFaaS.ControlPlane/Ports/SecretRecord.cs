using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A secret as stored.</summary>
public sealed record SecretRecord
{
    public required NamespaceName Namespace { get; init; }

    public required SecretName Name { get; init; }

    /// <summary>Counts from 1; raised by one at every write.</summary>
    public required long Generation { get; init; }

    public required SealedValue Value { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
