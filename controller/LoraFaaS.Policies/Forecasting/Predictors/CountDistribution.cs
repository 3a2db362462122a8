namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>Turns what a predictor knows of a count (a probability, a mean, a variance) into probability, mean and quantiles that belong together.</summary>
public static class CountDistribution
{
    /// <summary>Above this mean the sum over the distribution gives way to a gamma distribution of the same mean and variance.</summary>
    private const double MostSummed = 40;

    /// <summary>Poisson where the variance is not above the mean, negative binomial where it is.</summary>
    public static HorizonForecast Of(double mean, double variance)
    {
        if (mean <= 0)
        {
            return default;
        }

        var quantiles = Quantiles(mean, variance, 0, 0);
        return new HorizonForecast((float)(1 - Zero(mean, variance)), (float)mean, quantiles);
    }

    /// <summary>No call with probability 1 − <paramref name="atLeastOne"/>; else one call and more, of the given mean (at least 1) and variance.</summary>
    public static HorizonForecast Hurdle(double atLeastOne, double meanIfAny, double varianceIfAny)
    {
        var p = Math.Clamp(atLeastOne, 0, 1);
        var beyondFirst = Math.Max(0, meanIfAny - 1);

        if (p == 0)
        {
            return default;
        }

        return new HorizonForecast((float)p, (float)(p * (1 + beyondFirst)), Quantiles(beyondFirst, varianceIfAny, 1 - p, 1));
    }

    /// <summary>Everything at one value.</summary>
    public static HorizonForecast Point(double count) =>
        new(count > 0 ? 1 : 0, (float)count, new CountQuantiles((float)count, (float)count, (float)count, (float)count, (float)count, (float)count));

    /// <summary>Probability of no call.</summary>
    private static double Zero(double mean, double variance)
    {
        if (variance <= mean * (1 + 1e-6))
        {
            return Math.Exp(-mean);
        }

        return Math.Exp(-mean * mean / (variance - mean) * Math.Log(variance / mean));
    }

    /// <summary>Quantiles of zero with probability <paramref name="zero"/> and otherwise <paramref name="shift"/> and a count of that mean and variance.</summary>
    private static CountQuantiles Quantiles(double mean, double variance, double zero, int shift)
    {
        Span<float> values = stackalloc float[CountQuantiles.Count];
        var walk = new Walk(mean, variance);

        for (var i = 0; i < values.Length; i++)
        {
            var level = CountQuantiles.Levels[i];
            values[i] = level <= zero ? 0 : (float)(shift + walk.Quantile((level - zero) / (1 - zero), level));
        }

        return CountQuantiles.Of(values);
    }

    /// <summary>Walks up a distribution; asked for rising levels.</summary>
    private struct Walk(double mean, double variance)
    {
        private readonly double _shape = variance > mean * (1 + 1e-6) ? mean * mean / (variance - mean) : double.PositiveInfinity;
        private double _term = -1;
        private double _sum;
        private int _at;

        public double Quantile(double level, double outer)
        {
            if (mean <= 0)
            {
                return 0;
            }

            if (mean > MostSummed)
            {
                return Math.Round(Gamma(level));
            }

            if (_term < 0)
            {
                _sum = _term = double.IsInfinity(_shape) ? Math.Exp(-mean) : Math.Exp(-_shape * Math.Log(1 + mean / _shape));
            }

            // The level may be a hair below 1; the walk ends where nothing is left to add.
            var wanted = Math.Min(level, outer < 1 ? 1 - 1e-9 : level);

            while (_sum < wanted && _at < 4096)
            {
                _term *= double.IsInfinity(_shape) ? mean / (_at + 1) : (_at + _shape) / (_at + 1) * (mean / (mean + _shape));
                _at++;
                _sum += _term;
            }

            return _at;
        }

        /// <summary>Wilson and Hilferty's cube approximation.</summary>
        private readonly double Gamma(double level)
        {
            var shape = mean * mean / Math.Max(variance, mean);
            var cube = 1 - 1 / (9 * shape) + NormalQuantile(level) / (3 * Math.Sqrt(shape));
            return mean * Math.Max(0, cube * cube * cube);
        }
    }

    /// <summary>Quantile of the standard normal distribution (Abramowitz and Stegun 26.2.23, error below 4.5e-4).</summary>
    private static double NormalQuantile(double level)
    {
        var tail = Math.Min(level, 1 - level);

        if (tail <= 1e-12)
        {
            return level < 0.5 ? -7 : 7;
        }

        var t = Math.Sqrt(-2 * Math.Log(tail));
        var z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
        return level < 0.5 ? -z : z;
    }
}
