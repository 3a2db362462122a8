using System.Collections.Immutable;

namespace LoraFaaS.Policies.Retries;

/// <summary>How often, how soon and after which statuses an asynchronous call is tried again. The defaults are OpenFaaS Pro's.</summary>
public sealed record RetryRule
{
    /// <summary>Statuses that another try may mend: time-outs, too many requests, and what the platform says of itself.</summary>
    public static readonly ImmutableArray<int> DefaultCodes = [408, 429, 500, 502, 503, 504];

    /// <summary>Tries in all, the first one included.</summary>
    public required int Attempts { get; init; }

    /// <summary>Shortest wait before another try.</summary>
    public required TimeSpan MinWait { get; init; }

    /// <summary>Longest wait before another try, unless the function asks for more with Retry-After.</summary>
    public required TimeSpan MaxWait { get; init; }

    public ImmutableArray<int> Codes { get; init; } = DefaultCodes;
}
