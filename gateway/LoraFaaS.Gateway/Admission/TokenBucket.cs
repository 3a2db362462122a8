namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// A level that refills evenly, a minute's worth in a minute, up to a minute's worth. It may be overdrawn: what was used is known
/// afterwards, and the debt is waited for. Not thread-safe: its owner locks.
/// </summary>
internal sealed class TokenBucket(int perMinute, TimeProvider time)
{
    private double _level = perMinute;
    private long _at = time.GetTimestamp();

    /// <summary>Zero when there is at least this much; otherwise how long until there is.</summary>
    public TimeSpan UntilHas(double amount)
    {
        Refill();
        return _level >= amount ? TimeSpan.Zero : TimeSpan.FromMinutes((amount - _level) / perMinute);
    }

    public void Take(double amount)
    {
        Refill();
        _level -= amount;
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        _level = Math.Min(perMinute, _level + (time.GetElapsedTime(_at, now).TotalMinutes * perMinute));
        _at = now;
    }
}
