using System.Diagnostics;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>The horizons every forecast covers, nearest first.</summary>
public static class ForecastHorizons
{
    public const int Count = 4;

    public static ReadOnlySpan<ForecastHorizon> All =>
        [ForecastHorizon.TenSeconds, ForecastHorizon.OneMinute, ForecastHorizon.FiveMinutes, ForecastHorizon.FifteenMinutes];

    public static TimeSpan Span(ForecastHorizon horizon) => TimeSpan.FromSeconds(Seconds(horizon));

    public static int Seconds(ForecastHorizon horizon) => horizon switch
    {
        ForecastHorizon.TenSeconds => 10,
        ForecastHorizon.OneMinute => 60,
        ForecastHorizon.FiveMinutes => 300,
        ForecastHorizon.FifteenMinutes => 900,
        _ => throw new UnreachableException(),
    };
}
