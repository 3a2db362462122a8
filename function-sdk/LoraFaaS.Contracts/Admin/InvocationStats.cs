namespace LoraFaaS.Contracts.Admin;

/// <summary><c>GET /api/v1/stats</c>: finished invocations by the minute in which they were started, from the metering records.</summary>
public sealed record InvocationStats
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required long Calls { get; init; }

    public required long Failed { get; init; }

    /// <summary>The adapter was not on the device when the call came.</summary>
    public required long Cold { get; init; }

    public PrefixStats Prefixes { get; init => field = value ?? PrefixStats.None; } = PrefixStats.None;

    public required long CompletionTokens { get; init; }

    /// <summary>Milliseconds; absent when nothing succeeded.</summary>
    public double? TtftP50Ms { get; init; }

    public double? TtftP99Ms { get; init; }

    /// <summary>Upper ends of the counts' steps, in milliseconds.</summary>
    public required IReadOnlyList<double> TtftBoundsMs { get; init; }

    /// <summary>Successful calls by time to first token; one more than bounds.</summary>
    public required IReadOnlyList<long> TtftCounts { get; init; }

    /// <summary>Oldest first; minutes without calls are absent.</summary>
    public required IReadOnlyList<InvocationMinute> Minutes { get; init; }
}
