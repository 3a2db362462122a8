namespace LoraFaaS.ControlPlane.Placement;

/// <summary>What an activation takes here lately: a moving average over recent ones, for Retry-After.</summary>
internal sealed class ActivationEstimate
{
    /// <summary>A new sample counts for a fifth: follows a change within about ten activations.</summary>
    private const double Weight = 0.2;

    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private double _averageMs = Initial.TotalMilliseconds;

    public TimeSpan Current
    {
        get
        {
            lock (_lock)
            {
                return TimeSpan.FromMilliseconds(_averageMs);
            }
        }
    }

    public void Add(TimeSpan took)
    {
        lock (_lock)
        {
            _averageMs += Weight * (took.TotalMilliseconds - _averageMs);
        }
    }
}
