namespace LoraFaaS.Policies.KeepAlive;

/// <summary>What a function's author said about idling. Everything that was not said is null or false.</summary>
public sealed record KeepAliveRule
{
    public static readonly KeepAliveRule Unsaid = new();

    /// <summary>The annotation <c>lorafaas.io/keep-alive</c>.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>The label <c>com.openfaas.scale.min</c>.</summary>
    public int? ScaleMin { get; init; }

    /// <summary>The label <c>com.openfaas.scale.zero</c>.</summary>
    public bool ScaleZero { get; init; }

    /// <summary>The label <c>com.openfaas.scale.zero-duration</c>.</summary>
    public TimeSpan? ScaleZeroDuration { get; init; }
}
