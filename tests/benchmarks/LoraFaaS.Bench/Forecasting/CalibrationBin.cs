namespace LoraFaaS.Bench.Forecasting;

/// <summary>So many forecasts said <paramref name="Said"/> on average, and <paramref name="Came"/> is the share that came true.</summary>
internal sealed record CalibrationBin(long Count, double Said, double Came);
