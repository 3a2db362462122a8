namespace LoraFaaS.Policies.Costs;

/// <summary>What is asked for one unit of each, in one currency. A gigabyte is 10⁹ bytes.</summary>
public sealed record UnitPrices(double Invocation, double ComputeSecond, double DeviceGbSecond, double HostGbSecond);
