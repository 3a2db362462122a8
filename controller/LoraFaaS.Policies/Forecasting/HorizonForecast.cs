namespace LoraFaaS.Policies.Forecasting;

/// <summary>The calls of one function within one horizon.</summary>
/// <param name="AtLeastOne">Probability of one call or more, 0 to 1.</param>
/// <param name="Mean">Expected number of calls.</param>
/// <param name="Quantiles">Of the number of calls, no call included.</param>
public readonly record struct HorizonForecast(float AtLeastOne, float Mean, CountQuantiles Quantiles);
