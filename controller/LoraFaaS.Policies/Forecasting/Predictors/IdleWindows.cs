namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>After a call: rest for <paramref name="PreWarm"/> (zero: do not unload), then be loaded for <paramref name="KeepAlive"/>.</summary>
public readonly record struct IdleWindows(IdleWindowSource Source, TimeSpan PreWarm, TimeSpan KeepAlive);
