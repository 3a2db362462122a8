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
    /// Probability of a call within <paramref name="span"/>, any length: the hazard is taken as constant between two horizons, and
    /// beyond the last as it is between the last two.
    /// </summary>
    public double AtLeastOneWithin(TimeSpan span)
    {
        var seconds = span.TotalSeconds;

        if (seconds <= 0)
        {
            return 0;
        }

        double fromSeconds = 0, fromHazard = 0, slope = 0;

        foreach (var horizon in ForecastHorizons.All)
        {
            double toSeconds = ForecastHorizons.Seconds(horizon);
            var toHazard = Math.Max(fromHazard, -Math.Log(1 - Math.Min(this[horizon].AtLeastOne, MostProbable)));
            slope = (toHazard - fromHazard) / (toSeconds - fromSeconds);

            if (seconds <= toSeconds)
            {
                break;
            }

            (fromSeconds, fromHazard) = (toSeconds, toHazard);
        }

        return 1 - Math.Exp(-(fromHazard + slope * (seconds - fromSeconds)));
    }
}
