using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>How long a silent worker counts as alive, and what may wait for it.</summary>
public sealed class WorkerOptions
{
    public const string Section = "Controller:Workers";

    /// <summary>Silence after which a worker is lost. Workers speak every second; less reacts sooner to a dead machine and sooner to a pause.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Commands that may wait for one worker before more are refused.</summary>
    [Range(16, 100_000)]
    public int OutboxLength { get; set; } = 1_024;

    /// <summary>Usage reports that may wait for the store before the worker has to send them again.</summary>
    [Range(16, 1_000_000)]
    public int UsageLength { get; set; } = 4_096;
}

[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;
