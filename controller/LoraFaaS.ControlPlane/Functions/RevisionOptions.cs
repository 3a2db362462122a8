using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>How long the past is held ready.</summary>
public sealed class RevisionOptions
{
    public const string Section = "Controller:Revisions";

    /// <summary>
    /// How long a revision that has left the split keeps its place in memory and its route. A rollback within this time finds it warm; more holds
    /// an adapter's bytes for longer after each deployment.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class RevisionOptionsValidator : IValidateOptions<RevisionOptions>;
