namespace LoraFaaS.Gateway.Activation;

/// <summary>How long waking takes here, as a moving average of what it took lately. Only tells callers when to come back.</summary>
internal sealed class ActivationEstimate
{
    private const double Weight = 0.3;
    private static readonly TimeSpan FirstGuess = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private TimeSpan _average = FirstGuess;

    public void Add(TimeSpan took)
    {
        lock (_gate)
        {
            _average += (took - _average) * Weight;
        }
    }

    /// <summary>At least a second: Retry-After knows no less.</summary>
    public TimeSpan Remaining(TimeSpan elapsed)
    {
        lock (_gate)
        {
            var left = _average - elapsed;
            return left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
        }
    }
}
