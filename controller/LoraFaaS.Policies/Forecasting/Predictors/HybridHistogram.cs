namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>
/// The hybrid histogram policy's windows with its published parameters (Shahrad et al., ATC'20, section 4.2): one-minute bins over four
/// hours, 5th and 99th percentile, 10 % margin, representative from a coefficient of variation of the bins of 2. Where most idle times are
/// beyond four hours the paper forecasts with ARIMA; here the weighted mean of the newest idle times stands in, with the paper's 15 % on both sides:
/// an ARIMA fitted to a handful of gaps is little else, and this one needs no fitting.
/// </summary>
public static class HybridHistogram
{
    public const double HeadShare = 0.05;
    public const double TailShare = 0.99;
    public const double Margin = 0.10;
    public const double LeastVariation = 2;
    public const double MostBeyond = 0.5;
    public const double ForecastMargin = 0.15;

    /// <summary>Not numeric in the paper; the replicas use 3 or 10.</summary>
    public const int LeastSamples = 10;

    /// <summary>What holds while the histogram says nothing.</summary>
    public static readonly IdleWindows Standard = new(IdleWindowSource.Standard, TimeSpan.Zero, TimeSpan.FromMinutes(IdleTimes.Bins));

    public static IdleWindows Decide(IdleTimes idle)
    {
        if (idle.Total >= LeastSamples && idle.Beyond >= MostBeyond * idle.Total)
        {
            return new IdleWindows(
                IdleWindowSource.Forecast,
                TimeSpan.FromMinutes(idle.MeanMinutes * (1 - ForecastMargin)), TimeSpan.FromMinutes(idle.MeanMinutes * 2 * ForecastMargin));
        }

        if (idle.Total < LeastSamples || idle.BinVariation < LeastVariation)
        {
            return Standard;
        }

        // The head is rounded down to its bin's beginning, the tail up to its bin's end.
        var head = idle.Percentile(HeadShare) * (1 - Margin);
        var tail = (idle.Percentile(TailShare) + 1) * (1 + Margin);
        return new IdleWindows(IdleWindowSource.Histogram, TimeSpan.FromMinutes(head), TimeSpan.FromMinutes(tail - head));
    }
}
