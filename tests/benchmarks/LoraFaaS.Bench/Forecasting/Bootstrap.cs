namespace LoraFaaS.Bench.Forecasting;

/// <summary>How sure a mean over functions is: functions are drawn again with replacement, the same seed every run.</summary>
internal static class Bootstrap
{
    private const int Draws = 2000;

    /// <summary>For a chance that is small enough to be judged among hundreds.</summary>
    private const int FineDraws = 20_000;

    /// <summary>Mean and its central 95 %.</summary>
    public static Interval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return new Interval(double.NaN, double.NaN, double.NaN);
        }

        var means = Means(values, Draws);
        Array.Sort(means);
        return new Interval(values.Average(), means[Draws / 40], means[Draws - 1 - Draws / 40]);
    }

    /// <summary>
    /// Chance, both sides, of a mean as far from zero where the true one is zero: twice the share of draws on the other side of it. Few functions that agree can be drawn as
    /// often as one likes: it is no less than the chance that so many fair coins fall alike. Who is at zero agrees with nobody, and is no coin.
    /// </summary>
    public static double PValue(IReadOnlyList<double> values)
    {
        var means = Means(values, FineDraws);
        var (below, above) = (means.Count(mean => mean <= 0), means.Count(mean => mean >= 0));
        var coins = values.Count(value => value != 0);
        return Math.Clamp(2.0 * (Math.Min(below, above) + 1) / (FineDraws + 1), Math.Min(1, Math.Pow(2, 1 - coins)), 1);
    }

    private static double[] Means(IReadOnlyList<double> values, int draws)
    {
        var random = new Random(1);
        var means = new double[draws];

        for (var draw = 0; draw < draws; draw++)
        {
            var sum = 0.0;

            for (var i = 0; i < values.Count; i++)
            {
                sum += values[random.Next(values.Count)];
            }

            means[draw] = sum / values.Count;
        }

        return means;
    }
}
