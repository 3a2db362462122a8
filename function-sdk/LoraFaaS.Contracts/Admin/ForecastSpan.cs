namespace LoraFaaS.Contracts.Admin;

/// <summary>Calls within the next so many seconds: the probability of any, how many on average, and how many at most with that confidence.</summary>
public sealed record ForecastSpan(int Seconds, double AtLeastOne, double Mean, double P50, double P90, double P99);
