namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>What was is what will be: each horizon repeats the span of the same length before it. The baseline that is hard to beat on accuracy.</summary>
public sealed class LastValuePredictor : IPredictor
{
    public PredictorKind Kind => PredictorKind.LastValue;

    public CallForecast Forecast(ArrivalHistory history) => new(
        CountDistribution.Point(history.LastCell),
        CountDistribution.Point(history.LastMinute),
        CountDistribution.Point(history.CallsOf(5)),
        CountDistribution.Point(history.CallsOf(15)));
}
