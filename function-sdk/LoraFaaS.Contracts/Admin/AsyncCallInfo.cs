namespace LoraFaaS.Contracts.Admin;

/// <summary>An asynchronous call as operators and its caller see it.</summary>
public sealed record AsyncCallInfo
{
    public required string CallId { get; init; }

    public required string Function { get; init; }

    public required string Namespace { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>delivering</c> (to its callback), <c>completed</c>, <c>cancelled</c> or <c>dead</c>.</summary>
    public required string State { get; init; }

    /// <summary>Tries so far in this state.</summary>
    public required int Attempts { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? NextTryAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When a call that is over is forgotten, at the latest: where more of them are kept than may be, the oldest go before. Its id is not known then.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>Why the last try failed, or why the call is dead.</summary>
    public string? Error { get; init; }

    /// <summary>The HTTP status the function answered with.</summary>
    public int? Status { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>The answer's. Only when one call is asked for, as the body.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The answer, when it is UTF-8.</summary>
    public string? Body { get; init; }

    /// <summary>The answer, when it is not.</summary>
    public string? BodyBase64 { get; init; }

    /// <summary>The answer was longer than is kept.</summary>
    public bool? Truncated { get; init; }
}
