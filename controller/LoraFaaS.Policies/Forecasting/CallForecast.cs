using System.Diagnostics;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>What a predictor expects of one function, from the instant its history ends, for every horizon.</summary>
public readonly record struct CallForecast(
    HorizonForecast TenSeconds, HorizonForecast OneMinute, HorizonForecast FiveMinutes, HorizonForecast FifteenMinutes)
{
    /// <summary>A probability of one would make every later hazard infinite.</summary>
    private const double MostProbable = 1 - 1e-6;

    public HorizonForecast this[ForecastHorizon horizon] => horizon switch
    {
        ForecastHorizon.TenSeconds => TenSeconds,
        ForecastHorizon.OneMinute => OneMinute,
        ForecastHorizon.FiveMinutes => FiveMinutes,
        ForecastHorizon.FifteenMinutes => FifteenMinutes,
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// Probability of a call within <paramref name="span"/>, any length. Between two horizons it rises as if so many calls lay evenly in the longer one
    /// as agree with the shorter: in a line where one call is expected, steeply at first where many are. Beyond the last the hazard stays
    /// what it is between the last two.
    /// </summary>
    public double AtLeastOneWithin(TimeSpan span)
    {
        var seconds = span.TotalSeconds;
        double shorterSeconds = 0, shorter = 0;

        foreach (var horizon in ForecastHorizons.All)
        {
            double longerSeconds = ForecastHorizons.Seconds(horizon);
            var longer = Math.Clamp(this[horizon].AtLeastOne, shorter, MostProbable);

            if (seconds <= longerSeconds)
            {
                return seconds <= 0 ? 0 : Between(seconds / longerSeconds, longer, shorterSeconds / longerSeconds, shorter);
            }

            (shorterSeconds, shorter) = (longerSeconds, longer);
        }

        var five = -Math.Log(1 - Math.Min(FiveMinutes.AtLeastOne, shorter));
        var fifteen = -Math.Log(1 - shorter);
        return 1 - Math.Exp(-(fifteen + (fifteen - five) / 600 * (seconds - 900)));
    }

    /// <summary>At a share of the longer span, knowing the probability at another, smaller share (0: nothing known).</summary>
    private static double Between(double share, double longer, double knownShare, double known)
    {
        if (knownShare <= 0 || longer <= 0)
        {
            return longer * share;
        }

        if (known >= longer)
        {
            return longer;
        }

        var calls = Math.Log(1 - known / longer) / Math.Log(1 - knownShare);
        return longer * (1 - Math.Pow(1 - share, calls));
    }
}
