using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Cli.Overview;

/// <summary>What <c>lorafaas top</c> shows: one glance, and what happened since the one before.</summary>
internal sealed record Frame
{
    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<WorkerLoad> Workers { get; init; }

    /// <summary>The busiest first.</summary>
    public required IReadOnlyList<FunctionRate> Functions { get; init; }

    public static Frame Of(Glance? before, Glance now)
    {
        var seconds = before is null ? 0 : (now.At - before.At).TotalSeconds;
        var counts = before?.Functions.ToDictionary(KeyOf, function => function.InvocationCount, StringComparer.Ordinal);

        return new Frame
        {
            At = now.At,
            Workers = [.. now.Workers.Select(LoadOf)],
            Functions = [.. now.Functions
                .Select(function => RateOf(function, counts, seconds))
                .OrderByDescending(rate => rate.PerSecond ?? 0).ThenByDescending(rate => rate.Calls).ThenBy(rate => rate.Name, StringComparer.Ordinal)],
        };
    }

    private static FunctionRate RateOf(FunctionStatus function, Dictionary<string, double>? before, double seconds)
    {
        // A counter that went back was started anew with its gateway: what came since is all it holds.
        double? rate = before is null || seconds <= 0 ? null
            : before.TryGetValue(KeyOf(function), out var count) && count <= function.InvocationCount ? (function.InvocationCount - count) / seconds
            : function.InvocationCount / seconds;

        return new FunctionRate(
            KeyOf(function), function.Lorafaas?.Tier ?? "", function.AvailableReplicas, function.Replicas, function.InvocationCount, rate);
    }

    private static WorkerLoad LoadOf(WorkerInfo worker)
    {
        var onDevice = worker.Resident.Where(artifact => artifact.Tier == "device").ToLookup(artifact => artifact.Kind, StringComparer.Ordinal);

        // Every sandbox that maps a backbone lists it; its bytes are there once.
        var backbones = onDevice[ArtifactKind.Backbone.ToWord()].DistinctBy(artifact => artifact.Digest).Sum(artifact => artifact.Bytes);
        var adapters = onDevice[ArtifactKind.Adapter.ToWord()].Sum(artifact => artifact.Bytes);
        return new WorkerLoad(
            worker.Id, worker.State, backbones, adapters,
            Math.Max(0, worker.DeviceBytesUsed - backbones - adapters),
            Math.Max(0, worker.DeviceBytes - worker.DeviceBytesUsed),
            worker.DeviceBytes, worker.Sandboxes, worker.Running, worker.Queued);
    }

    private static string KeyOf(FunctionStatus function) => $"{function.Name}.{function.Namespace}";
}
