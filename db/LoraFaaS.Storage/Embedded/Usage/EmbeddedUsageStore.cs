using System.Collections.Immutable;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Catalogue;
using LoraFaaS.Storage.Embedded.Journal;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>Usage of a controller that stands alone: compact sums in memory, journalled in a file of their own.</summary>
internal sealed class EmbeddedUsageStore(DurableState<UsageState, UsageEntry> state) : IUsageStore, IAsyncDisposable
{
    public static EmbeddedUsageStore Open(string folder, JournalSettings settings, ILogger logger) =>
        new(DurableState<UsageState, UsageEntry>.Open(folder, new UsageSchema(), settings, logger));

    public Task<int> AppendAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken) =>
        state.WriteAsync(current => Decide(current, worker, records), cancellationToken);

    public ValueTask<IReadOnlyList<UsageSum>> SumAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var current = state.Current;
        var span = HourSpan.Touching(from, to);
        var sums = new SortedDictionary<FunctionId, UsageBucket>(FunctionOrder.Instance);

        // A day counts when any of its hours does.
        AddUp(sums, current.Days, span.First - (span.First % HourSpan.HoursOfDay), span.End);
        AddUp(sums, current.Hours, span.First, span.End);

        return ValueTask.FromResult<IReadOnlyList<UsageSum>>(
        [
            .. sums.Select(pair => new UsageSum(
                pair.Key, pair.Value.Invocations, pair.Value.PromptTokens, pair.Value.CompletionTokens, pair.Value.DecodeMs, pair.Value.PrefillMs)),
        ]);
    }

    /// <summary>The state folds itself, by the entries' own hours (<see cref="UsageSchema"/>).</summary>
    public Task<long> FoldAsync(DateOnly before, CancellationToken cancellationToken) => Task.FromResult(0L);

    public ValueTask<IReadOnlyList<ServedMinute>> ServedAsync(
        FunctionId? function, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (HourSpan.MinuteOf(from), HourSpan.MinuteOf(to));
        var minutes = new List<ServedMinute>();

        foreach (var (minute, functions) in state.Current.Minutes.SkipWhile(pair => pair.Key < first).TakeWhile(pair => pair.Key <= end))
        {
            var sum = function is { } one ? functions.GetValueOrDefault(one, ServedSum.None) : functions.Values.Aggregate(ServedSum.None, (all, some) => all + some);

            if (sum.Calls > 0)
            {
                minutes.Add(new ServedMinute(DateTimeOffset.UnixEpoch.AddMinutes(minute), sum));
            }
        }

        return ValueTask.FromResult<IReadOnlyList<ServedMinute>>(minutes);
    }

    public ValueTask DisposeAsync() => state.DisposeAsync();

    private static (int Added, UsageEntry? Entry) Decide(UsageState current, WorkerId worker, IReadOnlyList<UsageRecord> records)
    {
        var counted = current.Counted.GetValueOrDefault(worker, SequenceSet.Empty);
        var added = new SortedDictionary<ulong, UsageRecord>();

        foreach (var record in records)
        {
            if (!counted.Contains(record.Sequence))
            {
                added.TryAdd(record.Sequence, record);
            }
        }

        if (added.Count == 0)
        {
            return (0, null);
        }

        var deltas = added.Values
            .GroupBy(record => (record.Function, Hour: HourSpan.HourOf(record.StartedAt)))
            .Select(group => new UsageDelta(group.Key.Function, group.Key.Hour, group.Select(Bucket).Aggregate((left, right) => left + right)));

        var minutes = added.Values
            .GroupBy(record => (record.Function, Minute: HourSpan.MinuteOf(record.StartedAt)))
            .Select(group => new ServedDelta(group.Key.Function, group.Key.Minute, group.Select(ServedSum.Of).Aggregate((left, right) => left + right)));

        return (added.Count, new UsageEntry(worker, SequenceSet.Compact(added.Keys), [.. deltas], Daily: false) { Minutes = [.. minutes] });
    }

    private static UsageBucket Bucket(UsageRecord record) =>
        new(1, record.PromptTokens, record.CompletionTokens, record.DecodeMs, record.PrefillMs);

    private static void AddUp(
        SortedDictionary<FunctionId, UsageBucket> sums,
        ImmutableSortedDictionary<long, ImmutableDictionary<FunctionId, UsageBucket>> buckets,
        long first,
        long end)
    {
        foreach (var (_, functions) in buckets.SkipWhile(pair => pair.Key < first).TakeWhile(pair => pair.Key < end))
        {
            foreach (var (function, use) in functions)
            {
                sums[function] = sums.TryGetValue(function, out var known) ? known + use : use;
            }
        }
    }
}
