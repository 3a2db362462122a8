namespace LoraFaaS.Policies.KeepAlive;

/// <summary>What holds where a function says nothing.</summary>
public sealed record KeepAliveDefaults
{
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>OpenFaaS's default of <c>com.openfaas.scale.zero-duration</c>.</summary>
    public TimeSpan ScaleZeroDuration { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an adapter that no function refers to stays, in case it is deployed again at once.</summary>
    public TimeSpan Orphan { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Below this share of device memory nobody needs the bytes, and nothing is unloaded.</summary>
    public double HighWater { get; init; } = 0.85;
}
