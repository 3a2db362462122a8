using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>PUT /system/function/{name}/traffic</c>.</summary>
public sealed record TrafficRequest
{
    public IReadOnlyList<TrafficTarget>? Targets { get; init; }

    /// <summary>Given: another writer's change in between is answered 409. Absent: the last writer wins.</summary>
    public long? Generation { get; init; }
}
