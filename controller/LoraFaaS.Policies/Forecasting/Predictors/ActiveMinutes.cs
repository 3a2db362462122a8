namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>Minutes with a call: how frequent, and how many calls one has.</summary>
/// <param name="Share">Share of minutes that are active, 0 to 1, never quite either.</param>
/// <param name="Mean">Calls of an active minute, at least 1.</param>
/// <param name="Variance">Of the calls of an active minute.</param>
public readonly record struct ActiveMinutes(double Share, double Mean, double Variance)
{
    /// <summary>Half an active minute among the first that are seen.</summary>
    private const double Pseudo = 0.5;

    /// <summary>The calls of one active minute, when none is remembered.</summary>
    private const double SomeCalls = 1.5;

    public static ActiveMinutes Of(ArrivalHistory history, RateWindow window)
    {
        var weight = RateAverages.Weight(window, history.MinutesSeen);
        var pseudo = 1 / (Math.Min(history.MinutesSeen, Length(window)) + 1.0);
        var seen = history.Rates.Active(window);
        var share = (seen + Pseudo * pseudo) / (weight + pseudo);

        // The shorter window knows the level of now; the longer one remembers when the shorter has seen nothing.
        var level = seen > 0.01 ? window : RateWindow.OneHour;
        var active = history.Rates.Active(level);

        if (active < 1e-4)
        {
            return new ActiveMinutes(share, SomeCalls, SomeCalls);
        }

        var mean = Math.Max(1, history.Rates.Mean(level) / active);
        return new ActiveMinutes(share, mean, Math.Max(0, history.Rates.MeanSquare(level) / active - mean * mean));
    }

    /// <summary>Of a span in which a call comes with probability <paramref name="any"/>, and so many active minutes are expected.</summary>
    public HorizonForecast Within(double any, double activeMinutes)
    {
        var ifAny = any <= 0 ? 1 : Math.Max(1, activeMinutes / any);
        return CountDistribution.Hurdle(any, ifAny * Mean, ifAny * Variance);
    }

    /// <summary>Of ten seconds of a minute that is active with probability <paramref name="minute"/>.</summary>
    public HorizonForecast WithinCell(double minute)
    {
        const double Other = 1 - 1.0 / ArrivalHistory.CellsPerMinute;
        var any = 1 - Math.Pow(Other, Mean);
        var mean = Mean / ArrivalHistory.CellsPerMinute / any;
        return CountDistribution.Hurdle(minute * any, mean, Math.Max(0, mean - 1) + Variance / (ArrivalHistory.CellsPerMinute * ArrivalHistory.CellsPerMinute));
    }

    private static double Length(RateWindow window) => window switch
    {
        RateWindow.TwoMinutes => 3,
        RateWindow.TenMinutes => 15,
        _ => 90,
    };
}
