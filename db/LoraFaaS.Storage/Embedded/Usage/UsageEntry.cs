using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>
/// What a delivery added: which numbers of which worker, and to which buckets. In a snapshot the same shape carries a worker's
/// numbers (no deltas), or buckets (no worker); <c>Daily</c> ones belong to the day that begins at their hour.
/// </summary>
internal sealed record UsageEntry(WorkerId? Worker, IReadOnlyList<SequenceRange> Sequences, IReadOnlyList<UsageDelta> Deltas, bool Daily)
{
    /// <summary>The same invocations by the minute; none in an entry of an older release.</summary>
    public IReadOnlyList<ServedDelta> Minutes { get; init => field = value ?? []; } = [];

    /// <summary>Calls that are counted, each in the place of an earlier try of its own if that was counted before; none in an entry of an older release, which has deltas.</summary>
    public IReadOnlyList<CountedCall> Calls { get; init => field = value ?? []; } = [];

    /// <summary>In a snapshot: calls that are in its sums, to be remembered.</summary>
    public IReadOnlyList<CountedCall> Known { get; init => field = value ?? []; } = [];
}
