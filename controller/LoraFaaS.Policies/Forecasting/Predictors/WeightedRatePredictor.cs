namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>
/// Exponentially weighted share of active minutes and calls in them, half-life ten minutes. Minutes are taken as independent, calls of
/// a minute as spread evenly over it.
/// </summary>
public sealed class WeightedRatePredictor : IPredictor
{
    public PredictorKind Kind => PredictorKind.WeightedRate;

    public CallForecast Forecast(ArrivalHistory history)
    {
        var active = ActiveMinutes.Of(history, RateWindow.TenMinutes);
        var share = active.Share;
        var rest = 1 - share;
        var five = 1 - Math.Pow(rest, 5);
        var fifteen = 1 - Math.Pow(rest, 15);

        return new CallForecast(
            active.WithinCell(share), active.Within(share, share), active.Within(five, 5 * share), active.Within(fifteen, 15 * share));
    }
}
