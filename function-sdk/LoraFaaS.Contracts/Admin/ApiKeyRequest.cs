namespace LoraFaaS.Contracts.Admin;

/// <summary>Asks for a new API key.</summary>
public sealed record ApiKeyRequest
{
    /// <summary>What people call it; need not be unique.</summary>
    public string? Name { get; init; }

    public string? Namespace { get; init; }

    /// <summary>The functions it may invoke, without their namespace; absent or empty: all of the namespace.</summary>
    public IReadOnlyList<string>? Functions { get; init; }

    public ApiKeyLimits? Limits { get; init; }

    /// <summary><c>low</c>, <c>normal</c> or <c>high</c>: at a full gateway its calls wait by this and not by their function's priority. Absent: by the function's.</summary>
    public string? Priority { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
