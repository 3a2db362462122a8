using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>How eagerly functions that want replicas are warmed.</summary>
public sealed class ReconcileOptions
{
    public const string Section = "Controller:Reconcile";

    /// <summary>Time between looks when nothing wakes the loop.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Functions warmed at the same time. More fills an empty worker sooner and disturbs a busy one more.</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 4;

    /// <summary>First pause after a failure; doubles with each further one.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstBackoff { get; set; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class ReconcileOptionsValidator : IValidateOptions<ReconcileOptions>;
