namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>A constant rate, counted over the last hour: P = 1 − e^(−λt), as Tyche and ServerlessLoRA plan with (papers, A5).</summary>
public sealed class PoissonRatePredictor : IPredictor
{
    private const int Window = 60;

    /// <summary>Half a call in the window: what is said of a function without one.</summary>
    private const double Pseudo = 0.5;

    public PredictorKind Kind => PredictorKind.PoissonRate;

    public CallForecast Forecast(ArrivalHistory history)
    {
        var minutes = Math.Min(Window, history.MinutesSeen) + (double)history.OpenCells / ArrivalHistory.CellsPerMinute;
        var rate = (history.CallsOf(Window) + history.OpenCalls + Pseudo) / Math.Max(minutes, 1);

        return new CallForecast(Span(rate / 6), Span(rate), Span(rate * 5), Span(rate * 15));
    }

    private static HorizonForecast Span(double mean) => CountDistribution.Of(mean, mean);
}
