namespace LoraFaaS.Policies.Forecasting;

/// <summary>How far ahead a forecast looks, from the instant it was made.</summary>
public enum ForecastHorizon
{
    TenSeconds,
    OneMinute,
    FiveMinutes,
    FifteenMinutes,
}
