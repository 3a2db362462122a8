namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Decides whom to believe, for probability and quantiles apart. A clear winner gets nearly all, and where several are as good their mean is better
/// than any. Trust follows the likelihood of what came (a Bayesian mixture, whose log loss is never more than ln n above the best predictor's); for
/// quantiles that of Laplace errors with the best predictor's scale, so that a timer's small errors tell as much as a crowd's large ones. With each
/// forecast a little trust flows back to what functions alike believe (fixed share: Herbster and Warmuth 1998): evidence of rare events is
/// kept for as long as they are rare, and yet no lead is so large that a change of habits is not followed within minutes.
/// </summary>
public static class ForecastGate
{
    /// <summary>A change of the best predictor once in so many forecasts that say something new, a third of a day.</summary>
    private const double Share = 1.0 / 500;

    /// <summary>What flows back goes to the group's trust, but for so much, which keeps every predictor in the race.</summary>
    private const double Open = 0.05;

    /// <summary>Below this the pinball loss of a quantile is as good as none.</summary>
    private const double TinyLoss = 1e-3;

    /// <summary>Neighbouring minutes' quantile errors go together: half of them say something new.</summary>
    private const double SayingNew = 0.5;

    /// <summary>
    /// By horizon: how many forecasts share the same minutes. Five minutes are scored each minute, fifteen each five; each span counts once.
    /// </summary>
    private static readonly double[] Overlap = [1, 1, 5, 3];

    /// <summary>
    /// Weighs the predictors' forecasts, given in the order of <see cref="PredictorKind"/>. <paramref name="mixed"/> takes, by horizon, the mixture's
    /// probabilities before the <paramref name="blend"/>, which learns from them.
    /// </summary>
    public static CallForecast Choose(
        GateScores scores, GateTrust group, GateBlend blend, ReadOnlySpan<CallForecast> candidates, Span<float> mixed, out PredictorKind trusted)
    {
        var ten = Choose(scores, group, blend, candidates, ForecastHorizon.TenSeconds, mixed, out _);
        var one = Choose(scores, group, blend, candidates, ForecastHorizon.OneMinute, mixed, out trusted);
        var five = Choose(scores, group, blend, candidates, ForecastHorizon.FiveMinutes, mixed, out _);
        var fifteen = Choose(scores, group, blend, candidates, ForecastHorizon.FifteenMinutes, mixed, out _);

        // A longer span holds the shorter one.
        one = AtLeast(one, ten);
        five = AtLeast(five, one);
        return new CallForecast(ten, one, five, AtLeast(fifteen, five));
    }

    /// <summary>Moves a function's trust by what one forecast cost each predictor.</summary>
    internal static void Learn(GateScores scores, ForecastHorizon horizon, GateLoss loss, ReadOnlySpan<double> costs, GateTrust group)
    {
        var trust = scores.Trust.Of(horizon, loss);
        var shared = group.Of(horizon, loss);

        if (scores.Count(horizon) <= 1)
        {
            shared.CopyTo(trust);
        }

        var rate = 1 / Overlap[(int)horizon];

        if (loss == GateLoss.Pinball)
        {
            rate *= SayingNew / (Best(scores, horizon) + TinyLoss);
        }

        var share = Share / Overlap[(int)horizon];
        var least = Least(costs);
        var all = 0.0;

        for (var i = 0; i < trust.Length; i++)
        {
            trust[i] *= Math.Exp(-rate * (costs[i] - least));
            all += trust[i];
        }

        for (var i = 0; i < trust.Length; i++)
        {
            trust[i] = (1 - share) * trust[i] / all + share * ((1 - Open) * shared[i] + Open / trust.Length);
        }
    }

    private static double Best(GateScores scores, ForecastHorizon horizon)
    {
        var best = double.PositiveInfinity;

        for (var i = 0; i < GateScores.Predictors; i++)
        {
            best = Math.Min(best, scores.Mean(horizon, (PredictorKind)i, GateLoss.Pinball));
        }

        return best;
    }

    private static double Least(ReadOnlySpan<double> costs)
    {
        var least = costs[0];

        foreach (var cost in costs)
        {
            least = Math.Min(least, cost);
        }

        return least;
    }

    private static HorizonForecast Choose(
        GateScores scores, GateTrust group, GateBlend blend, ReadOnlySpan<CallForecast> candidates, ForecastHorizon horizon, Span<float> mixed, out PredictorKind trusted)
    {
        Span<HorizonForecast> saying = stackalloc HorizonForecast[GateScores.Predictors];
        var trust = scores.Count(horizon) > 0 ? scores.Trust : group;
        var weights = trust.Of(horizon, GateLoss.Log);
        var best = 0;
        double any = 0;

        for (var i = 0; i < weights.Length; i++)
        {
            saying[i] = candidates[i][horizon];
            any += weights[i] * saying[i].AtLeastOne;
            best = weights[i] > weights[best] ? i : best;
        }

        trusted = (PredictorKind)best;
        weights = trust.Of(horizon, GateLoss.Pinball);
        Span<float> quantiles = stackalloc float[CountQuantiles.Count];
        quantiles.Clear();
        double mean = 0;

        for (var i = 0; i < weights.Length; i++)
        {
            var said = saying[i];
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

        mixed[(int)horizon] = (float)Math.Clamp(any, 0, 1);
        any = blend.Of(horizon, mixed[(int)horizon], saying);
        return new HorizonForecast((float)any, (float)Math.Max(mean, any), WholeCounts.Of((float)any, quantiles));
    }

    private static HorizonForecast AtLeast(HorizonForecast longer, HorizonForecast shorter) =>
        longer with { AtLeastOne = Math.Max(longer.AtLeastOne, shorter.AtLeastOne), Mean = Math.Max(longer.Mean, shorter.Mean) };
}
