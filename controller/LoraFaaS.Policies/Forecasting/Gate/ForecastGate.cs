namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Decides whom to believe. Each predictor's weight is e^(−η · faded sum of its losses) (exponential weights: Vovk 1990, Herbster and
/// Warmuth 1998), for probability and quantiles apart; a clear winner gets nearly all, and where several are as good their mean is better than any.
/// Sums, not means, so that a new function's few scores move little away from what its namespace's functions have shown.
/// </summary>
public static class ForecastGate
{
    /// <summary>
    /// By horizon. Brier's score is mixable at 2; windows that overlap (five minutes scored each minute, fifteen each five) count one span
    /// several times, so the rate is divided by that.
    /// </summary>
    private static readonly double[] BrierRates = [2, 2, 2.0 / 5, 2.0 / 3];

    /// <summary>The pinball loss of a logarithm has no such bound; the same rate is kept relative to its smaller size.</summary>
    private static readonly double[] PinballRates = [8, 8, 8.0 / 5, 8.0 / 3];

    /// <summary>Weighs the predictors' forecasts, given in the order of <see cref="PredictorKind"/>.</summary>
    public static CallForecast Choose(GateScores scores, ReadOnlySpan<CallForecast> candidates, out PredictorKind trusted)
    {
        var ten = Choose(scores, candidates, ForecastHorizon.TenSeconds, out _);
        var one = Choose(scores, candidates, ForecastHorizon.OneMinute, out trusted);
        var five = Choose(scores, candidates, ForecastHorizon.FiveMinutes, out _);
        var fifteen = Choose(scores, candidates, ForecastHorizon.FifteenMinutes, out _);

        // A longer span holds the shorter one.
        one = AtLeast(one, ten);
        five = AtLeast(five, one);
        return new CallForecast(ten, one, five, AtLeast(fifteen, five));
    }

    /// <summary>The weights, in the order of <see cref="PredictorKind"/>; they sum to 1.</summary>
    public static void Weights(GateScores scores, ForecastHorizon horizon, GateLoss loss, Span<double> weights)
    {
        var rate = (loss == GateLoss.Brier ? BrierRates : PinballRates)[(int)horizon];
        var least = double.PositiveInfinity;

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = scores.Sum(horizon, (PredictorKind)i, loss);
            least = Math.Min(least, weights[i]);
        }

        var sum = 0.0;

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp(-rate * (weights[i] - least));
            sum += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }
    }

    private static HorizonForecast Choose(GateScores scores, ReadOnlySpan<CallForecast> candidates, ForecastHorizon horizon, out PredictorKind trusted)
    {
        Span<double> weights = stackalloc double[candidates.Length];
        Weights(scores, horizon, GateLoss.Brier, weights);
        var best = 0;
        double any = 0;

        for (var i = 0; i < weights.Length; i++)
        {
            any += weights[i] * candidates[i][horizon].AtLeastOne;
            best = weights[i] > weights[best] ? i : best;
        }

        trusted = (PredictorKind)best;
        Weights(scores, horizon, GateLoss.Pinball, weights);
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        quantiles.Clear();
        double mean = 0;

        for (var i = 0; i < weights.Length; i++)
        {
            var said = candidates[i][horizon];
            mean += weights[i] * said.Mean;

            for (var level = 0; level < quantiles.Length; level++)
            {
                quantiles[level] += (float)weights[i] * MathF.Log(1 + said.Quantiles[level]);
            }
        }

        for (var level = 0; level < quantiles.Length; level++)
        {
            quantiles[level] = MathF.Exp(quantiles[level]) - 1;
        }

        return new HorizonForecast((float)Math.Clamp(any, 0, 1), (float)mean, CountQuantiles.Of(quantiles));
    }

    private static HorizonForecast AtLeast(HorizonForecast longer, HorizonForecast shorter) =>
        longer with { AtLeastOne = Math.Max(longer.AtLeastOne, shorter.AtLeastOne), Mean = Math.Max(longer.Mean, shorter.Mean) };
}
