namespace LoraFaaS.Contracts.Admin;

/// <summary>An API key without what it is kept secret for.</summary>
public sealed record ApiKeyInfo
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required IReadOnlyList<string> Functions { get; init; }

    public required ApiKeyLimits Limits { get; init; }

    /// <summary><c>low</c>, <c>normal</c> or <c>high</c>; absent: its calls have their functions' priorities.</summary>
    public string? Priority { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many texts are accepted for it now: 2 for a while after a rotation.</summary>
    public required int LiveSecrets { get; init; }
}
