namespace LoraFaaS.Bench.Forecasting;

/// <summary>Spans that are scored: the forecast's own, and P-LoRA's half minute.</summary>
internal enum ScoredHorizon
{
    TenSeconds,
    HalfMinute,
    OneMinute,
    FiveMinutes,
    FifteenMinutes,
}
