using System.ComponentModel.DataAnnotations;
using LoraFaaS.Policies.Costs;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller;

/// <summary>
/// What is asked for what functions use. The defaults are the list prices of Alibaba's Function Compute of 2025-12 for a device that is a machine's memory and
/// processor (0.00011 CNY a unit; 1 unit a vCPU second, 0.15 a GB second, 75 for 10 000 calls); for a graphics card DeviceGbSecond is 1.7 to 2.1 units.
/// </summary>
public sealed class PriceOptions
{
    public const string Section = "Controller:Prices";

    /// <summary>Shown beside amounts; nothing is converted.</summary>
    [Required]
    public string Currency { get; set; } = "CNY";

    [Range(0, 1e6)]
    public double Invocation { get; set; } = 0.000000825;

    /// <summary>A second in which a device computed for one invocation.</summary>
    [Range(0, 1e6)]
    public double ComputeSecond { get; set; } = 0.00011;

    /// <summary>A gigabyte of a device for a second: adapters, and the backbone, split over those that share it.</summary>
    [Range(0, 1e6)]
    public double DeviceGbSecond { get; set; } = 0.0000165;

    /// <summary>A gigabyte of a host's memory for a second.</summary>
    [Range(0, 1e6)]
    public double HostGbSecond { get; set; } = 0.0000165;

    internal UnitPrices Units => new(Invocation, ComputeSecond, DeviceGbSecond, HostGbSecond);
}

[OptionsValidator]
internal sealed partial class PriceOptionsValidator : IValidateOptions<PriceOptions>;
