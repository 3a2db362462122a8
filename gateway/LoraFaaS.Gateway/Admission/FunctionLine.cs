using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>One function of <see cref="FunctionPlaces"/>: what runs, who waits, and how fast places become free. Touched under the lock of its owner alone.</summary>
internal sealed class FunctionLine
{
    /// <summary>Of the newest interval between two places that became free.</summary>
    private const double AverageWeight = 0.1;

    private TimeSpan _interval = TimeSpan.FromMilliseconds(50);
    private long _lastLeft;

    /// <summary>Places, as the newest comer's route says.</summary>
    public int Most { get; set; }

    public int Running { get; private set; }

    /// <summary>In the order they came; each is completed when it has its place.</summary>
    public LinkedList<TaskCompletionSource> Waiting { get; } = [];

    public bool IsIdle => Running == 0 && Waiting.Count == 0;

    public TimeSpan RetryAfter => DoorPolicy.RetryAfter(Waiting.Count, _interval);

    public bool TryEnter()
    {
        if (Waiting.Count > 0 || Running >= Most)
        {
            return false;
        }

        Running++;
        return true;
    }

    public void Leave(TimeProvider time)
    {
        var now = time.GetTimestamp();

        // Only while it is full: then the time between two who leave is the time between two who may enter.
        if (Running >= Most && _lastLeft != 0)
        {
            _interval += (time.GetElapsedTime(_lastLeft, now) - _interval) * AverageWeight;
        }

        _lastLeft = now;
        Running--;
        Grant();
    }

    public void Grant()
    {
        while (Running < Most && Waiting.First is { } first)
        {
            Waiting.RemoveFirst();
            Running++;
            first.Value.SetResult();
        }
    }
}
