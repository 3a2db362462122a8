using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>One count of a <see cref="CallBound{TKey}"/>, and its pace while it is at the bound.</summary>
internal sealed class CallCount(TimeProvider time)
{
    /// <summary>Of the newest interval between two places that became free.</summary>
    private const double AverageWeight = 0.1;

    private const int Retired = int.MinValue;

    private static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private int _running;
    private int _refused;
    private TimeSpan _interval = FirstGuess;
    private long _lastLeft;

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

        // It was full: then the time between two who leave is the time between two who may enter.
        lock (_gate)
        {
            var now = time.GetTimestamp();

            if (_lastLeft != 0)
            {
                _interval += (time.GetElapsedTime(_lastLeft, now) - _interval) * AverageWeight;
            }

            _lastLeft = now;
            _refused = Math.Max(0, _refused - 1);
        }
    }

    /// <summary>Who was told before, and has not had his chance yet, is counted as waiting ahead.</summary>
    public TimeSpan RetryAfter()
    {
        lock (_gate)
        {
            return DoorPolicy.RetryAfter(_refused++, _interval);
        }
    }

    /// <summary>True: nothing runs, and nothing will.</summary>
    public bool TryRetire() => Interlocked.CompareExchange(ref _running, Retired, 0) == 0;
}
