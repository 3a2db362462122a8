namespace LoraFaaS.Bench.Reports;

/// <summary>
/// Takes several figures turn by turn and answers the median of each. A figure and its ceiling taken in the same rounds have
/// met the same neighbours, so that their ratio stands where either alone would not.
/// </summary>
internal static class Interleaved
{
    public static double[] Medians(int rounds, params ReadOnlySpan<Func<double>> probes) => [.. Values(rounds, probes).Select(Median)];

    /// <summary>What each gave, round by round; a round before the first is not counted.</summary>
    public static double[][] Values(int rounds, params ReadOnlySpan<Func<double>> probes)
    {
        var values = new double[probes.Length][];
        for (var i = 0; i < probes.Length; i++)
        {
            values[i] = new double[rounds];
            probes[i]();
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < probes.Length; i++)
            {
                values[i][round] = probes[i]();
            }
        }

        return values;
    }

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The nearest value at or above that share; the mean of the two middle ones for a median of an even count.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        return share == 0.5 && sorted.Length % 2 == 0
            ? (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2
            : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
