using System.Collections.Immutable;
using LoraFaaS.Storage.Embedded.Async;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>
/// The newest calls that have a key, by it. Bounded in number and in age, by the calls' own times and never by a clock, so that a replay forgets the same:
/// two workers report one call within minutes of each other, or within the time that one of them was away.
/// </summary>
internal sealed class CallMemory
{
    public const int MostCalls = 65_536;

    public static readonly TimeSpan Kept = TimeSpan.FromHours(UsageSchema.HoursKept);

    public static readonly CallMemory Empty = new(ImmutableDictionary.Create<string, CountedCall>(StringComparer.Ordinal), []);

    private readonly ImmutableDictionary<string, CountedCall> _byKey;
    private readonly ImmutableSortedSet<CallMoment> _byAge;

    private CallMemory(ImmutableDictionary<string, CountedCall> byKey, ImmutableSortedSet<CallMoment> byAge) => (_byKey, _byAge) = (byKey, byAge);

    public IEnumerable<CountedCall> Calls => _byKey.Values;

    public CountedCall? Find(string? key) => key is null ? null : _byKey.GetValueOrDefault(key);

    /// <summary>In the place of one with the same key, if there is one.</summary>
    public CallMemory With(CountedCall call)
    {
        if (call.Key is not { } key)
        {
            return this;
        }

        var ages = Find(key) is { } before ? _byAge.Remove(new CallMoment(before.StartedAt, key)) : _byAge;
        var (calls, newest) = (_byKey.SetItem(key, call), ages.Add(new CallMoment(call.StartedAt, key)));

        while (newest.Count > MostCalls || newest[0].At <= newest[^1].At - Kept)
        {
            calls = calls.Remove(newest[0].Id);
            newest = newest.Remove(newest[0]);
        }

        return new CallMemory(calls, newest);
    }
}
