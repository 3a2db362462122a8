namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>
/// A rate that is the same for the whole life of a function, known the better the longer it is seen, beginning with its group's
/// (gamma prior, so that the count is negative binomial). For functions that are new or hardly ever called.
/// </summary>
public sealed class PriorPredictor(RatePrior prior) : IPredictor
{
    /// <summary>Four hours are remembered exactly; what was before is one more hour at the weighted rate.</summary>
    private const int Window = 240;

    public PredictorKind Kind => PredictorKind.Prior;

    public CallForecast Forecast(ArrivalHistory history)
    {
        var minutes = prior.Minutes + Math.Min(history.MinutesSeen, Window);
        var calls = prior.Calls + history.CallsOf(Window) + history.OpenCalls;

        return new CallForecast(Within(calls, minutes, 1.0 / 6), Within(calls, minutes, 1), Within(calls, minutes, 5), Within(calls, minutes, 15));
    }

    private static HorizonForecast Within(double calls, double minutes, double span)
    {
        var mean = calls * span / minutes;
        return CountDistribution.Of(mean, mean * (1 + span / minutes));
    }
}
