using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.ControlPlane.Retention;

/// <summary>How long what nobody needs any more is kept.</summary>
public sealed class RetentionOptions
{
    public const string Section = "Controller:Retention";

    /// <summary>Time between two looks.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Usage is kept call by call for so long, and as sums by function and day after that. More keeps more rows. 35 days at least: so far back, sums are by the hour.</summary>
    [Range(typeof(TimeSpan), "35.00:00:00", "3650.00:00:00")]
    public TimeSpan UsageRecords { get; set; } = TimeSpan.FromDays(35);

    /// <summary>
    /// An uploaded adapter or package that no tag, digest or revision refers to goes so long after it was last pushed or named by a deployment. Less frees
    /// storage sooner; it must be far above the time between a push and its deployment.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan UnreferencedArtifacts { get; set; } = TimeSpan.FromDays(7);
}
