using System.ComponentModel.DataAnnotations;
using LoraFaaS.Policies.Preloading;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>How functions that are likely to be called are brought near ahead of their calls.</summary>
public sealed class PlanningOptions
{
    public const string Section = "Controller:Planning";

    /// <summary>Off: nothing is brought ahead of calls; what is resident stays by its keep-alive.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time between plans. Less follows the forecast sooner.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How far ahead a call counts. More brings earlier and holds longer.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:15:00")]
    public TimeSpan Horizon { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Least chance of a call by the horizon for which anything is brought.</summary>
    [Range(0.0, 1.0)]
    public double MinProbability { get; set; } = 0.05;

    /// <summary>What comes in must be worth this much more than what leaves for it.</summary>
    [Range(0.0, 10.0)]
    public double Hysteresis { get; set; } = 0.1;

    /// <summary>Share of a worker's device memory that plans may fill; the rest is for running sequences.</summary>
    [Range(0.0, 1.0)]
    public double DeviceShare { get; set; } = 0.8;

    /// <summary>Share of a worker's host memory, packed backbones apart, that plans may fill. The worker's own books decide what fits.</summary>
    [Range(0.0, 1.0)]
    public double HostShare { get; set; } = 0.8;

    /// <summary>Bytes a second that plans may bring over each link of a worker, on the average.</summary>
    [Range(1, 1L << 50)]
    public long LinkBytesPerSecond { get; set; } = 100L << 20;

    /// <summary>
    /// Milliseconds of first tokens that a GiB of device memory must save in each second it is held. 0: memory is there anyway, and nothing leaves while
    /// nobody needs its bytes. More holds less, for devices that are paid for by what they hold; the simulator's <c>--price</c> shows what it buys.
    /// </summary>
    [Range(0.0, 1e6)]
    public double HoldingPrice { get; set; }

    internal PreloadLimits Limits => new() { Hysteresis = Hysteresis, MinProbability = MinProbability, Effort = 1_000_000 };
}

[OptionsValidator]
internal sealed partial class PlanningOptionsValidator : IValidateOptions<PlanningOptions>;
