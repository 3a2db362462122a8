namespace LoraFaaS.TestKit.Time;

/// <summary>
/// A clock that a test moves. Timers (and with them <c>Task.Delay</c>, <c>CancellationTokenSource</c> and <c>WaitAsync</c> given this provider)
/// fire inside <see cref="Advance"/>, on the caller's thread, in the order in which they fall due; during a callback the clock stands at its due time.
/// </summary>
public sealed class FakeTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _armed = [];
    private DateTimeOffset _now = start;
    private long _order;

    public FakeTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers waiting to fire: lets a test see that somebody now waits, before it moves the clock.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);

        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);

        return timer;
    }

    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);

        AdvanceTo(GetUtcNow() + by);
    }

    public void AdvanceTo(DateTimeOffset target)
    {
        while (NextDue(target) is { } timer)
        {
            timer.Invoke();
        }
    }

    internal void Arm(FakeTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);

            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            timer.DueAt = _now + dueTime;
            timer.Period = period > TimeSpan.Zero ? period : null;
            timer.Order = _order++;
            _armed.Add(timer);
        }

        // A timer due at once does not wait for the test to move the clock: the real one would not either.
        if (dueTime == TimeSpan.Zero)
        {
            AdvanceTo(GetUtcNow());
        }
    }

    internal void Disarm(FakeTimer timer)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
        }
    }

    private FakeTimer? NextDue(DateTimeOffset target)
    {
        lock (_gate)
        {
            var next = _armed.Where(timer => timer.DueAt <= target).OrderBy(timer => (timer.DueAt, timer.Order)).FirstOrDefault();

            if (next is null)
            {
                _now = target > _now ? target : _now;
                return null;
            }

            _now = next.DueAt > _now ? next.DueAt : _now;
            _armed.Remove(next);

            if (next.Period is { } period)
            {
                next.DueAt += period;
                next.Order = _order++;
                _armed.Add(next);
            }

            return next;
        }
    }
}
