namespace LoraFaaS.ControlPlane.Ports;

/// <summary>How times to first token are counted: about four steps to a decade, so that a percentile read from the counts is within a third of the true one.</summary>
public static class TtftScale
{
    /// <summary>Upper ends in milliseconds, themselves excluded; what is longer has a bucket of its own.</summary>
    public static IReadOnlyList<double> BoundsMs { get; } =
        [1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000];

    public static int Buckets => BoundsMs.Count + 1;

    public static int BucketOf(double ms)
    {
        var bucket = 0;

        while (bucket < BoundsMs.Count && ms >= BoundsMs[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <summary>A quantile as counts tell it, in milliseconds: even within a bucket. Null when nothing was counted.</summary>
    public static double? Quantile(IReadOnlyList<long> counts, double quantile)
    {
        ArgumentNullException.ThrowIfNull(counts);

        var total = counts.Sum();

        if (total == 0)
        {
            return null;
        }

        var wanted = quantile * total;
        var below = 0L;

        for (var bucket = 0; bucket < BoundsMs.Count; bucket++)
        {
            if (counts[bucket] > 0 && below + counts[bucket] >= wanted)
            {
                var from = bucket == 0 ? 0 : BoundsMs[bucket - 1];
                return from + ((BoundsMs[bucket] - from) * Math.Max(0, wanted - below) / counts[bucket]);
            }

            below += counts[bucket];
        }

        // Of the last bucket only its lower end is known.
        return BoundsMs[^1];
    }
}
