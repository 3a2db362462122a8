namespace LoraFaaS.Bench.Forecasting;

/// <summary>How sure a mean over functions is: functions are drawn again with replacement, the same seed every run.</summary>
internal static class Bootstrap
{
    private const int Draws = 2000;

    /// <summary>Mean and its central 95 %.</summary>
    public static Interval Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return new Interval(double.NaN, double.NaN, double.NaN);
        }

        var random = new Random(1);
        var means = new double[Draws];

        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;

            for (var i = 0; i < values.Count; i++)
            {
                sum += values[random.Next(values.Count)];
            }

            means[draw] = sum / values.Count;
        }

        Array.Sort(means);
        return new Interval(values.Average(), means[Draws / 40], means[Draws - 1 - Draws / 40]);
    }
}
