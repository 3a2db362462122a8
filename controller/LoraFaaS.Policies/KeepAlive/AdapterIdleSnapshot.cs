using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.KeepAlive;

/// <summary>An adapter on one worker, for one function, as its keep-alive is decided.</summary>
public sealed record AdapterIdleSnapshot
{
    public required StorageTier Tier { get; init; }

    /// <summary>Time since its last use there.</summary>
    public required TimeSpan Idle { get; init; }

    public required int DesiredReplicas { get; init; }

    public required KeepAliveRule Rule { get; init; }

    /// <summary>No deployed function refers to the adapter any more.</summary>
    public bool Orphaned { get; init; }

    /// <summary>The newest plan wants it where it is, or nearer, or has not seen its worker yet.</summary>
    public bool Planned { get; init; }

    /// <summary>The hybrid histogram's windows of its function, where it has any.</summary>
    public IdleWindows Windows { get; init; } = HybridHistogram.Standard;

    /// <summary>Share of the worker's device memory in use, 0 to 1.</summary>
    public required double DeviceUse { get; init; }
}
