namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Decides whom to believe, for probability and quantiles apart. A clear winner gets nearly all, and where several are as good their mean is better
/// than any. Probabilities are weighed by the likelihood of what came (a Bayesian mixture: its log loss is never more than ln n above the best
/// predictor's); quantiles by the likelihood under Laplace errors of unknown scale, so that a timer's small errors tell as much as a crowd's large ones.
/// Likelihoods fade, so that yesterday's winner does not rule today. To a function's own sum its group's mean is added as if it had been its own for
/// <see cref="GroupWorth"/> forecasts, so that few scores move little away from what functions alike have shown.
/// </summary>
public static class ForecastGate
{
    /// <summary>
    /// A forecast's difference between two predictors' scores scatters about four times as much as its mean differs between functions: the
    /// shrinkage that is best for normal errors is the square of that.
    /// </summary>
    public const double GroupWorth = 16;

    /// <summary>Below this the pinball loss of a quantile is as good as none.</summary>
    private const double TinyLoss = 1e-3;

    /// <summary>
    /// By horizon: how many forecasts share the same minutes. Five minutes are scored each minute, fifteen each five; each span counts once.
    /// </summary>
    private static readonly double[] Overlap = [1, 1, 5, 3];

    /// <summary>Weighs the predictors' forecasts, given in the order of <see cref="PredictorKind"/>.</summary>
    public static CallForecast Choose(GateScores scores, GateScores group, ReadOnlySpan<CallForecast> candidates, out PredictorKind trusted)
    {
        var ten = Choose(scores, group, candidates, ForecastHorizon.TenSeconds, out _);
        var one = Choose(scores, group, candidates, ForecastHorizon.OneMinute, out trusted);
        var five = Choose(scores, group, candidates, ForecastHorizon.FiveMinutes, out _);
        var fifteen = Choose(scores, group, candidates, ForecastHorizon.FifteenMinutes, out _);

        // A longer span holds the shorter one.
        one = AtLeast(one, ten);
        five = AtLeast(five, one);
        return new CallForecast(ten, one, five, AtLeast(fifteen, five));
    }

    /// <summary>The weights, in the order of <see cref="PredictorKind"/>; they sum to 1.</summary>
    public static void Weights(GateScores scores, GateScores group, ForecastHorizon horizon, GateLoss loss, Span<double> weights)
    {
        var count = scores.Count(horizon) + (group.Count(horizon) > 0 ? GroupWorth : 0);
        var most = double.NegativeInfinity;

        for (var i = 0; i < weights.Length; i++)
        {
            var sum = scores.Sum(horizon, (PredictorKind)i, loss) + GroupWorth * group.Mean(horizon, (PredictorKind)i, loss);

            // Neighbouring minutes' quantile errors go together: half of them say something new.
            weights[i] = loss == GateLoss.Log ? -sum / Overlap[(int)horizon] : -count / (2 * Overlap[(int)horizon]) * Math.Log(sum / Math.Max(1, count) + TinyLoss);
            most = Math.Max(most, weights[i]);
        }

        var all = 0.0;

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp(weights[i] - most);
            all += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= all;
        }
    }

    private static HorizonForecast Choose(
        GateScores scores, GateScores group, ReadOnlySpan<CallForecast> candidates, ForecastHorizon horizon, out PredictorKind trusted)
    {
        Span<double> weights = stackalloc double[candidates.Length];
        Weights(scores, group, horizon, GateLoss.Log, weights);
        var best = 0;
        double any = 0;

        for (var i = 0; i < weights.Length; i++)
        {
            any += weights[i] * candidates[i][horizon].AtLeastOne;
            best = weights[i] > weights[best] ? i : best;
        }

        trusted = (PredictorKind)best;
        Weights(scores, group, horizon, GateLoss.Pinball, weights);
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

        any = Math.Clamp(any, 0, 1);
        return new HorizonForecast((float)any, (float)Math.Max(mean, any), WholeCounts.Of((float)any, quantiles));
    }

    private static HorizonForecast AtLeast(HorizonForecast longer, HorizonForecast shorter) =>
        longer with { AtLeastOne = Math.Max(longer.AtLeastOne, shorter.AtLeastOne), Mean = Math.Max(longer.Mean, shorter.Mean) };
}
