namespace LoraFaaS.Policies.Forecasting;

/// <summary>Half-lives of <see cref="RateAverages"/>.</summary>
public enum RateWindow
{
    TwoMinutes,
    TenMinutes,
    OneHour,
}
