namespace LoraFaaS.Contracts.Admin;

/// <summary>What one key may use: rates at all gateways together, calls at once at each. 0: no limit.</summary>
public sealed record ApiKeyLimits
{
    public static readonly ApiKeyLimits None = new();

    /// <summary>Invocations a minute; as many may come at once after a quiet minute.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Prompt and completion tokens a minute. What an invocation used is known at its end, so the last one may overdraw.</summary>
    public int TokensPerMinute { get; init; }

    /// <summary>Invocations under way at once.</summary>
    public int MaxConcurrent { get; init; }
}
