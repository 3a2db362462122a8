using System.ComponentModel.DataAnnotations;
using LoraFaaS.Policies.KeepAlive;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>What holds for functions that say nothing of their own about idling.</summary>
public sealed class KeepAliveOptions
{
    public const string Section = "Controller:KeepAlive";

    /// <summary>Time between looks. Less reacts sooner to pressure.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Idle time after which an adapter may leave the device. More saves cold starts and holds bytes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Idle time after which a function with <c>com.openfaas.scale.zero</c> is scaled to zero, where it names none.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ScaleZeroDuration { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an adapter stays that no function refers to.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan Orphan { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Share of device memory in use from which idle adapters are moved down.</summary>
    [Range(0.0, 1.0)]
    public double HighWater { get; set; } = 0.85;

    internal KeepAliveDefaults Defaults => new()
    {
        Idle = Idle,
        ScaleZeroDuration = ScaleZeroDuration,
        Orphan = Orphan,
        HighWater = HighWater,
    };
}

[OptionsValidator]
internal sealed partial class KeepAliveOptionsValidator : IValidateOptions<KeepAliveOptions>;
