namespace LoraFaaS.Policies.Costs;

/// <summary>
/// Turns use into cost: the sum over what was used of amount × price, with the shared backbone's bytes split over the functions that hold it (papers.md, E).
/// </summary>
public static class CostPolicy
{
    private const double Gigabyte = 1e9;

    public static double Cost(FunctionUse use, UnitPrices prices) => Own(use, prices) + (use.BackboneByteSeconds / Gigabyte * prices.DeviceGbSecond);

    /// <summary>What the same calls would have cost, had each function brought a backbone of its own.</summary>
    public static double WithoutSharing(FunctionUse use, UnitPrices prices) => Own(use, prices) + (use.UnsharedByteSeconds / Gigabyte * prices.DeviceGbSecond);

    private static double Own(FunctionUse use, UnitPrices prices) =>
        (use.Invocations * prices.Invocation)
        + (use.ComputeSeconds * prices.ComputeSecond)
        + (use.DeviceByteSeconds / Gigabyte * prices.DeviceGbSecond)
        + (use.HostByteSeconds / Gigabyte * prices.HostGbSecond);
}
