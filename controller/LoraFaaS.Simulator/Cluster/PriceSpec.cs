namespace LoraFaaS.Simulator.Cluster;

/// <summary>Unit prices by the second. The defaults are Alibaba Function Compute's public ones for Ada cards (page of 2025-12-13), in dollars at 7.2 yuan.</summary>
public sealed record PriceSpec
{
    private const double Unit = 0.00011 / 7.2;

    /// <summary>Of a device that is a machine's memory and processors, from the same page: what the controller asks for by default (Controller:Prices).</summary>
    public static readonly PriceSpec Processors = new()
    {
        ActiveDeviceGigabyte = 0.15 * Unit, IdleDeviceGigabyte = 0.15 * Unit, ActiveHostGigabyte = 0.15 * Unit, IdleHostGigabyte = 0.15 * Unit,
    };

    public double ActiveDeviceGigabyte { get; init; } = 1.7 * Unit;

    public double IdleDeviceGigabyte { get; init; } = 0.2 * Unit;

    public double ActiveHostGigabyte { get; init; } = 0.15 * Unit;

    public double IdleHostGigabyte { get; init; } = 0.1 * Unit;

    public double ActiveCore { get; init; } = 1.0 * Unit;

    public double Call { get; init; } = 75 * Unit / 10_000;
}
