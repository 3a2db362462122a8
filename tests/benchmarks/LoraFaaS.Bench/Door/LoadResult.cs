namespace LoraFaaS.Bench.Door;

/// <summary>What the load process answers: over a stretch, how many calls ended well, and how long they took.</summary>
/// <param name="FromDue">From when a call was due, so that what waits behind a late answer counts; in a closed loop that is when it was sent.</param>
/// <param name="FromSent">From when it was handed to the kernel.</param>
internal sealed record LoadResult(int Calls, int Failures, double Seconds, LoadTimes FromDue, LoadTimes FromSent)
{
    /// <summary>With those before the stretch.</summary>
    public int AllCalls { get; init; } = Calls;

    /// <summary>Methods that were compiled in the load's own process during the stretch; more than a few would be in the figures.</summary>
    public int CompiledMethods { get; init; }

    /// <summary>That the load's own thread allocated during the stretch.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>From when a call was due until it was sent: the load's own lateness, and the waiting behind a late answer.</summary>
    public LoadTimes UntilSent { get; init; } = new(0, 0, 0, 0);

    /// <summary>At a pace: when calls were answered more than a millisecond late, those stretches with most calls first.</summary>
    public IReadOnlyList<LateStretch> Late { get; init => field = value ?? []; } = [];

    /// <summary>When the stretch began, by the monotonic clock in nanoseconds, as the kernel's traces have it.</summary>
    public long BegunAt { get; init; }

    /// <summary>The load's thread upon a processor during the stretch, in microseconds a call.</summary>
    public double RanMicros { get; init; }

    /// <summary>The same, ready to run and without one.</summary>
    public double WaitedMicros { get; init; }

    public double PerSecond => Calls / Seconds;

    public double MedianMs => FromDue.MedianMs;

    public double P99Ms => FromDue.P99Ms;
}
