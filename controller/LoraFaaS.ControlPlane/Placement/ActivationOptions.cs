using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>Bounds of making a cold function ready.</summary>
public sealed class ActivationOptions
{
    public const string Section = "Controller:Activation";

    /// <summary>Longest one load may take at a worker, packing a backbone included. Callers leave earlier, by their own deadlines.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Workers tried before an activation gives up.</summary>
    [Range(1, 16)]
    public int Attempts { get; set; } = 2;

    /// <summary>Callers that may wait for one function's activation at this controller; the next is told to come back.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiters { get; set; } = 1_024;
}

[OptionsValidator]
internal sealed partial class ActivationOptionsValidator : IValidateOptions<ActivationOptions>;
