namespace LoraFaaS.TestKit.Time;

/// <summary>A timer of <see cref="FakeTimeProvider"/>, which guards its fields under its own lock.</summary>
internal sealed class FakeTimer(FakeTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    private volatile bool _disposed;

    public DateTimeOffset DueAt { get; set; }

    public TimeSpan? Period { get; set; }

    public long Order { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        clock.Arm(this, dueTime, period);
        return true;
    }

    public void Dispose()
    {
        _disposed = true;
        clock.Disarm(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Invoke() => callback(state);
}
