using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>An API key as stored: who it is for, what it may call, how much, and until when.</summary>
public sealed record ApiKeyRecord
{
    public required ApiKeyId Id { get; init; }

    /// <summary>Counts from 1; raised by one at every write.</summary>
    public required long Generation { get; init; }

    public required string Name { get; init; }

    public required NamespaceName Namespace { get; init; }

    /// <summary>Empty: every function of the namespace.</summary>
    public required IReadOnlyList<FunctionName> Functions { get; init; }

    public required ApiKeyLimits Limits { get; init; }

    /// <summary>Null: its calls have their functions' priorities.</summary>
    public FunctionPriority? Priority { get; init; }

    /// <summary>Newest first; at most two.</summary>
    public required IReadOnlyList<ApiKeySecret> Secrets { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
