using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.KeepAlive;

/// <summary>
/// Idle timeout, lazily: an adapter past its keep-alive moves to host memory only while its bytes are wanted on the device.
/// Scaling to zero, being removed, and <c>scale.zero</c> are wishes to be gone and do not wait for need.
/// </summary>
public static class IdlePolicy
{
    public static KeepAliveDecision Decide(AdapterIdleSnapshot adapter, KeepAliveDefaults defaults)
    {
        if (adapter.Tier < StorageTier.Host)
        {
            return new KeepAliveDecision.Keep("it holds no memory");
        }

        if (adapter.Orphaned)
        {
            return adapter.Idle >= defaults.Orphan
                ? new KeepAliveDecision.Offload(StorageTier.Disk, "no function refers to it")
                : new KeepAliveDecision.Keep($"no function refers to it, but only for less than {Text(defaults.Orphan)}");
        }

        // Who lets himself be scaled to zero is brought back before his next call; who was scaled to zero by somebody is to stay away.
        if (adapter is { DesiredReplicas: 0, Planned: true, Rule.ScaleZero: true })
        {
            return new KeepAliveDecision.Keep("scaled to zero, but the plan expects a call, or has not seen its worker yet");
        }

        if (adapter.DesiredReplicas == 0)
        {
            return new KeepAliveDecision.Offload(StorageTier.Disk, "scaled to zero");
        }

        if (adapter.Rule.ScaleMin is >= 1 and var min)
        {
            return new KeepAliveDecision.Keep($"com.openfaas.scale.min is {min}");
        }

        if (adapter.Rule.ScaleZero)
        {
            var zeroAfter = adapter.Rule.ScaleZeroDuration ?? defaults.ScaleZeroDuration;

            return adapter.Idle >= zeroAfter
                ? new KeepAliveDecision.ScaleToZero($"com.openfaas.scale.zero: idle for {Text(adapter.Idle)} of {Text(zeroAfter)}")
                : new KeepAliveDecision.Keep($"com.openfaas.scale.zero: idle for {Text(adapter.Idle)} of {Text(zeroAfter)}");
        }

        return Lazily(adapter, defaults);
    }

    private static KeepAliveDecision Lazily(AdapterIdleSnapshot adapter, KeepAliveDefaults defaults)
    {
        if (adapter.Tier < StorageTier.Device)
        {
            return new KeepAliveDecision.Keep("host memory is cheap and the next call is near");
        }

        if (adapter.Planned)
        {
            return new KeepAliveDecision.Keep("the plan expects a call");
        }

        // What its author said, else its own idle times (papers D: from the head of their histogram to its tail), else what holds for all.
        var windows = adapter.Rule.KeepAlive is null ? adapter.Windows : HybridHistogram.Standard;
        var isKnown = windows.Source is not IdleWindowSource.Standard;
        var limit = isKnown ? windows.PreWarm + windows.KeepAlive : adapter.Rule.KeepAlive ?? defaults.Idle;

        if (adapter.Idle < limit && !(isKnown && adapter.Idle < windows.PreWarm))
        {
            return new KeepAliveDecision.Keep($"idle for {Text(adapter.Idle)} of {Text(limit)}");
        }

        return adapter.DeviceUse >= defaults.HighWater
            ? new KeepAliveDecision.Offload(StorageTier.Host, $"idle for {Text(adapter.Idle)} of {Text(limit)}, and the device is {adapter.DeviceUse:P0} full")
            : new KeepAliveDecision.Keep($"idle for {Text(adapter.Idle)}, but nobody needs its bytes");
    }

    private static string Text(TimeSpan span) =>
        span.TotalSeconds < 120 ? FormattableString.Invariant($"{span.TotalSeconds:0} s") : FormattableString.Invariant($"{span.TotalMinutes:0} min");
}
