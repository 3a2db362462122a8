namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>Proper scores of a forecast against what came; less is better.</summary>
public static class ForecastScores
{
    /// <summary>(P − 1[calls &gt; 0])², 0 to 1 (Brier 1950).</summary>
    public static double Brier(HorizonForecast said, double calls)
    {
        var error = said.AtLeastOne - (calls > 0 ? 1 : 0);
        return error * error;
    }

    /// <summary>Pinball loss of the quantiles, both sides by log(1 + calls), mean over the levels.</summary>
    public static double LogPinball(HorizonForecast said, double calls)
    {
        var came = MathF.Log(1 + (float)calls);
        var sum = 0.0;

        for (var i = 0; i < CountQuantiles.Count; i++)
        {
            sum += Pinball(CountQuantiles.Levels[i], came - MathF.Log(1 + said.Quantiles[i]));
        }

        return sum / CountQuantiles.Count;
    }

    /// <summary>The same in calls.</summary>
    public static double CallPinball(HorizonForecast said, double calls)
    {
        var sum = 0.0;

        for (var i = 0; i < CountQuantiles.Count; i++)
        {
            sum += Pinball(CountQuantiles.Levels[i], calls - said.Quantiles[i]);
        }

        return sum / CountQuantiles.Count;
    }

    private static double Pinball(double level, double error) => error >= 0 ? level * error : (level - 1) * error;
}
