namespace LoraFaaS.Simulator.Cluster;

/// <summary>A backbone on the cluster's accelerator: its bytes and how fast it runs there.</summary>
public sealed record BackboneSpec
{
    public required string Name { get; init; }

    public required double Gigabytes { get; init; }

    /// <summary>First tokens of a batch of one, warm, milliseconds.</summary>
    public required double PrefillMs { get; init; }

    /// <summary>What each further invocation of the batch adds, milliseconds.</summary>
    public required double PrefillPerCallMs { get; init; }

    /// <summary>A decode step of a batch of one, milliseconds.</summary>
    public required double StepMs { get; init; }

    /// <summary>What each further sequence adds to a step, milliseconds.</summary>
    public required double StepPerCallMs { get; init; }

    public required double KvMegabytesPerToken { get; init; }

    /// <summary>From disk with the usual loader.</summary>
    public required double LoadMs { get; init; }

    /// <summary>From disk with a loader made for it.</summary>
    public required double FastLoadMs { get; init; }

    /// <summary>The time to first token that is asked for, milliseconds.</summary>
    public required double SloMs { get; init; }
}
