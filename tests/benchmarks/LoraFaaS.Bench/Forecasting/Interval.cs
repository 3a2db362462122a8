namespace LoraFaaS.Bench.Forecasting;

/// <summary>A mean and where it lies with 95 % confidence.</summary>
internal sealed record Interval(double Mean, double Low, double High);
