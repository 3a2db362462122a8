using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Embedded.Usage;

using Buckets = ImmutableSortedDictionary<long, ImmutableDictionary<FunctionId, UsageBucket>>;

/// <summary>Sums by function and hour for 35 days, by day before that; and what has been counted of each worker.</summary>
internal sealed record UsageState
{
    public static readonly UsageState Empty = new();

    public ImmutableDictionary<WorkerId, SequenceSet> Counted { get; init; } = ImmutableDictionary<WorkerId, SequenceSet>.Empty;

    /// <summary>The greatest hour ever added to.</summary>
    public long NewestHour { get; init; } = long.MinValue;

    /// <summary>By hour since 1970.</summary>
    public Buckets Hours { get; init; } = Buckets.Empty;

    /// <summary>By minute since 1970; only the newest, see <see cref="UsageSchema.MinutesKept"/>.</summary>
    public ImmutableSortedDictionary<long, ImmutableDictionary<FunctionId, ServedSum>> Minutes { get; init; } =
        ImmutableSortedDictionary<long, ImmutableDictionary<FunctionId, ServedSum>>.Empty;

    /// <summary>Calls whose other tries may still be reported.</summary>
    public CallMemory Calls { get; init; } = CallMemory.Empty;

    /// <summary>By the first hour of the day.</summary>
    public Buckets Days { get; init; } = Buckets.Empty;
}
