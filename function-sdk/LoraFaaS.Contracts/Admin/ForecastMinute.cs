namespace LoraFaaS.Contracts.Admin;

/// <summary>A minute that is over: what was expected of it just before, and the calls that came.</summary>
public sealed record ForecastMinute(DateTimeOffset Minute, double AtLeastOne, double Mean, double P90, int Calls);
