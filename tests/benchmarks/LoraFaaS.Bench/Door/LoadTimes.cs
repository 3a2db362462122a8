namespace LoraFaaS.Bench.Door;

/// <summary>How long calls took, in milliseconds.</summary>
internal sealed record LoadTimes(double MedianMs, double P99Ms, double P999Ms, double MostMs);
