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

    public Task<IReadOnlyList<UsageRecord>> AppendAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken) =>
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

    private static (IReadOnlyList<UsageRecord> Added, UsageEntry? Entry) Decide(UsageState current, WorkerId worker, IReadOnlyList<UsageRecord> records)
    {
        var counted = current.Counted.GetValueOrDefault(worker, SequenceSet.Empty);
        var fresh = new SortedDictionary<ulong, UsageRecord>();

        foreach (var record in records.Where(record => !counted.Contains(record.Sequence)))
        {
            fresh.TryAdd(record.Sequence, record);
        }

        if (fresh.Count == 0)
        {
            return ([], null);
        }

        var (calls, added, standing) = (current.Calls, new List<UsageRecord>(), new List<CountedCall>());

        foreach (var record in fresh.Values)
        {
            var before = calls.Find(record.Key);

            // One that a later try has beaten is accounted for by its number alone.
            if (before is not null && before.Try >= record.Try)
            {
                continue;
            }

            var call = CountedCall.Of(record);
            standing.Add(call);
            calls = calls.With(call);

            if (before is null)
            {
                added.Add(record);
            }
        }

        return (added, new UsageEntry(worker, SequenceSet.Compact(fresh.Keys), [], Daily: false) { Calls = standing });
    }

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
