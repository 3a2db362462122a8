using System.Collections.Concurrent;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// What runs through this gateway for each of many (functions, workers), none of them with more than so many calls at once. Below the bound a call costs two
/// counts; at it, how fast places become free is measured, and who is refused is told when one may be expected behind the others who were.
/// </summary>
internal sealed class CallBound<TKey>(int most, TimeProvider time)
    where TKey : notnull
{
    /// <summary>Names come from the route table, which is bounded; those that are idle are let go once there are this many.</summary>
    private const int MaxIdle = 4_096;

    private readonly ConcurrentDictionary<TKey, CallCount> _counts = [];

    public int Of(TKey key) => _counts.TryGetValue(key, out var count) ? count.Running : 0;

    public bool IsFull(TKey key) => Of(key) >= most;

    /// <summary>Null: it is full. Counted until disposed.</summary>
    public Share? TryEnter(TKey key)
    {
        while (true)
        {
            var count = _counts.TryGetValue(key, out var known) ? known : Add(key);

            switch (count.TryEnter(most))
            {
                case CallCount.Entry.Entered:
                    return new Share(count, most);
                case CallCount.Entry.Full:
                    return null;
                default:
                    // It was let go between our finding and our entering it.
                    continue;
            }
        }
    }

    /// <summary>For one who was just refused: when a place may be expected.</summary>
    public TimeSpan RetryAfter(TKey key) => _counts.TryGetValue(key, out var count) ? count.RetryAfter() : DoorPolicy.RetryAfter(0, TimeSpan.Zero);

    private CallCount Add(TKey key)
    {
        // Counting takes every lock of the table: only where it grows.
        if (_counts.Count > MaxIdle)
        {
            LetIdleGo();
        }

        return _counts.GetOrAdd(key, static (_, clock) => new CallCount(clock), time);
    }

    private void LetIdleGo()
    {
        foreach (var (key, count) in _counts)
        {
            if (count.TryRetire())
            {
                _counts.TryRemove(new KeyValuePair<TKey, CallCount>(key, count));
            }
        }
    }

    internal sealed class Share(CallCount count, int most) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                count.Leave(most);
            }
        }
    }
}
