using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>One count of a <see cref="CallBound{TKey}"/>, and its pace while it is at the bound.</summary>
internal sealed class CallCount(TimeProvider time)
{
    /// <summary>Of the newest interval between two places that became free.</summary>
    private const double AverageWeight = 0.1;

    /// <summary>What one interval counts at most, in averages: a worker that stood still for seconds is as fast as before when it goes on.</summary>
    private const double MostOfAverage = 4;

    private const int Retired = int.MinValue;

    private static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private int _running;
    private TimeSpan _interval = FirstGuess;

    /// <summary>Since when the next free place is awaited: since the last one became free, or the last was taken.</summary>
    private TimeSpan _fullSince;

    /// <summary>Until when the places that become free are those of callers who were told to come back.</summary>
    private TimeSpan _promised;

    internal enum Entry
    {
        Entered,
        Full,
        Gone,
    }

    public int Running => Math.Max(0, Volatile.Read(ref _running));

    public Entry TryEnter(int most)
    {
        while (true)
        {
            var running = Volatile.Read(ref _running);

            if (running == Retired)
            {
                return Entry.Gone;
            }

            if (running >= most)
            {
                return Entry.Full;
            }

            if (Interlocked.CompareExchange(ref _running, running + 1, running) == running)
            {
                if (running + 1 == most)
                {
                    Await();
                }

                return Entry.Entered;
            }
        }
    }

    public void Leave(int most)
    {
        if (Interlocked.Decrement(ref _running) < most - 1)
        {
            return;
        }

        // It was full: then the time until one leaves is the time until one may enter.
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            var longest = (_interval > FirstGuess ? _interval : FirstGuess) * MostOfAverage;
            var waited = now - _fullSince;
            _interval += ((waited < longest ? waited : longest) - _interval) * AverageWeight;
            _fullSince = now;
        }
    }

    /// <summary>Behind those who were told before and whose time has not come yet.</summary>
    public TimeSpan RetryAfter()
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            _promised = (_promised > now ? _promised : now) + _interval;
            return DoorPolicy.RetryAfter(_promised - now);
        }
    }

    /// <summary>True: nothing runs, and nothing will.</summary>
    public bool TryRetire() => Interlocked.CompareExchange(ref _running, Retired, 0) == 0;

    private void Await()
    {
        lock (_gate)
        {
            _fullSince = time.GetElapsedTime(_start);
        }
    }
}
