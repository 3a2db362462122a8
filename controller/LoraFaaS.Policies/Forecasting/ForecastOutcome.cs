namespace LoraFaaS.Policies.Forecasting;

/// <summary>What was said of a minute before it began, and what came.</summary>
public readonly record struct ForecastOutcome(DateTimeOffset Minute, HorizonForecast Said, int Came);
