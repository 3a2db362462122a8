using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Usage;

using Buckets = ImmutableSortedDictionary<long, ImmutableDictionary<FunctionId, UsageBucket>>;

/// <summary>How deliveries make sums. Memory stays bounded by folding hours older than 35 days before the newest into days, and by <see cref="CallMemory"/>'s own bounds.</summary>
internal sealed class UsageSchema : IStateSchema<UsageState, UsageEntry>
{
    public const long HoursKept = 35 * HourSpan.HoursOfDay;

    private const int CallsOfEntry = 512;

    public static readonly long MinutesKept = (long)IUsageStore.MinutesKept.TotalMinutes;

    public string Name => "usage";

    public UsageState Empty => UsageState.Empty;

    public JsonTypeInfo<UsageEntry> EntryType => StorageJson.Default.UsageEntry;

    public UsageState Apply(UsageState state, UsageEntry entry)
    {
        if (entry.Worker is { } worker)
        {
            var counted = state.Counted.GetValueOrDefault(worker, SequenceSet.Empty);
            counted = entry.Sequences.Aggregate(counted, (set, range) => set.Add(range));
            state = state with { Counted = state.Counted.SetItem(worker, counted) };
        }

        if (entry.Daily)
        {
            return state with { Days = Add(state.Days, entry.Deltas) };
        }

        var (deltas, minutes, calls) = Count(state.Calls, entry);
        state = AddMinutes(state with { Calls = calls }, minutes);
        var newest = deltas.Aggregate(state.NewestHour, (hour, delta) => Math.Max(hour, delta.Hour));

        return Fold(state with { Hours = Add(state.Hours, deltas), NewestHour = newest });
    }

    /// <summary>What an entry adds to the sums, and takes out of them where a later try is there.</summary>
    private static (List<UsageDelta> Deltas, List<ServedDelta> Minutes, CallMemory Calls) Count(CallMemory calls, UsageEntry entry)
    {
        List<UsageDelta> deltas = [.. entry.Deltas];
        List<ServedDelta> minutes = [.. entry.Minutes];

        foreach (var call in entry.Calls)
        {
            if (calls.Find(call.Key) is { } before)
            {
                deltas.Add(new UsageDelta(before.Function, HourSpan.HourOf(before.StartedAt), before.Use.Negated()));
                minutes.Add(new ServedDelta(before.Function, HourSpan.MinuteOf(before.StartedAt), before.Served.Negated()));
            }

            deltas.Add(new UsageDelta(call.Function, HourSpan.HourOf(call.StartedAt), call.Use));
            minutes.Add(new ServedDelta(call.Function, HourSpan.MinuteOf(call.StartedAt), call.Served));
            calls = calls.With(call);
        }

        return (deltas, minutes, entry.Known.Aggregate(calls, (memory, call) => memory.With(call)));
    }

    public IEnumerable<UsageEntry> Describe(UsageState state) =>
    [
        .. state.Counted.Select(pair => new UsageEntry(pair.Key, pair.Value.Ranges, [], Daily: false)),
        .. state.Days.Select(pair => new UsageEntry(null, [], Deltas(pair.Key, pair.Value), Daily: true)),
        .. state.Hours.Select(pair => new UsageEntry(null, [], Deltas(pair.Key, pair.Value), Daily: false)),
        .. state.Minutes.Select(pair => new UsageEntry(null, [], [], Daily: false)
        {
            Minutes = [.. pair.Value.Select(function => new ServedDelta(function.Key, pair.Key, function.Value))],
        }),
        .. state.Calls.Calls.Chunk(CallsOfEntry).Select(calls => new UsageEntry(null, [], [], Daily: false) { Known = calls }),
    ];

    /// <summary>By the entries' own hours and never by a clock, so that a replay folds the same.</summary>
    private static UsageState Fold(UsageState state)
    {
        // The tree's enumerator reaches its first key in O(log n).
        while (!state.Hours.IsEmpty && state.Hours.Keys.First() is var hour && hour <= state.NewestHour - HoursKept)
        {
            var day = hour - (hour % HourSpan.HoursOfDay);
            state = state with { Hours = state.Hours.Remove(hour), Days = Add(state.Days, Deltas(day, state.Hours[hour])) };
        }

        return state;
    }

    private static UsageState AddMinutes(UsageState state, IReadOnlyList<ServedDelta> deltas)
    {
        var minutes = state.Minutes;

        foreach (var delta in deltas)
        {
            var functions = minutes.GetValueOrDefault(delta.Minute, ImmutableDictionary<FunctionId, ServedSum>.Empty);
            var sum = functions.TryGetValue(delta.Function, out var known) ? known + delta.Sum : delta.Sum;
            minutes = minutes.SetItem(delta.Minute, sum.Calls == 0 ? functions.Remove(delta.Function) : functions.SetItem(delta.Function, sum));
        }

        // By the records' own minutes, as hours are folded.
        while (!minutes.IsEmpty && minutes.Keys.First() is var oldest && oldest <= minutes.Keys.Last() - MinutesKept)
        {
            minutes = minutes.Remove(oldest);
        }

        return state with { Minutes = minutes };
    }

    private static Buckets Add(Buckets buckets, IReadOnlyList<UsageDelta> deltas)
    {
        foreach (var delta in deltas)
        {
            var functions = buckets.GetValueOrDefault(delta.Hour, ImmutableDictionary<FunctionId, UsageBucket>.Empty);
            var sum = functions.TryGetValue(delta.Function, out var known) ? known + delta.Use : delta.Use;
            buckets = buckets.SetItem(delta.Hour, sum.Invocations == 0 ? functions.Remove(delta.Function) : functions.SetItem(delta.Function, sum));
        }

        return buckets;
    }

    private static List<UsageDelta> Deltas(long hour, ImmutableDictionary<FunctionId, UsageBucket> functions) =>
        [.. functions.Select(pair => new UsageDelta(pair.Key, hour, pair.Value))];
}
