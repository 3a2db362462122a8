using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>What <c>/metrics</c> shows.</summary>
public sealed class MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>Most label combinations of one metric. Those beyond share one series labelled <c>overflow="true"</c>, so that a flood of names cannot fill memory.</summary>
    [Range(1, 100_000)]
    public int MaxSeries { get; set; } = 2_000;

    /// <summary>Meters whose name begins so are collected. None named: our own, the web server's and the runtime's.</summary>
    public IList<string> Meters { get; } = [];
}
