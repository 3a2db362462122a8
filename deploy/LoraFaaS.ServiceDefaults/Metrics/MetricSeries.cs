namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>One label combination's numbers. Written from any thread without a lock; a reader may see a histogram between two measurements.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _value;

    /// <summary>A counter's or gauge's value; a histogram's sum.</summary>
    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double delta)
    {
        var seen = Volatile.Read(ref _value);

        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + delta, seen);

            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Observe(double value)
    {
        // The first bound not below the value: bounds are inclusive upwards.
        var index = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _buckets[index >= 0 ? index : ~index]);
        Add(value);
    }

    /// <summary>Counts up to and including each bound, then all.</summary>
    public long[] CumulativeBuckets()
    {
        var cumulative = new long[_buckets.Length];
        long sum = 0;

        for (var i = 0; i < cumulative.Length; i++)
        {
            sum += Volatile.Read(ref _buckets[i]);
            cumulative[i] = sum;
        }

        return cumulative;
    }
}
