using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Everything the platform reads out of a deployment's labels and annotations.</summary>
public sealed record FunctionSettings
{
    public IsolationMode Isolation { get; init; }

    public PromptMode Prompt { get; init; }

    public string? SystemPrompt { get; init; }

    public SamplingDefaults Sampling { get; init; } = SamplingDefaults.Greedy;

    public TimeSpan? SloTtft { get; init; }

    public TimeSpan? SloTpot { get; init; }

    public FunctionPriority Priority { get; init; }

    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Null: the platform's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Invocations at once for each instance; 0: not bounded.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>The package with the function's own code; null: none.</summary>
    public Digest? Code { get; init; }

    /// <summary>Of 100 calls, as many for a new revision; null: all.</summary>
    public int? Canary { get; init; }

    /// <summary>The whole split; null: not said.</summary>
    public IReadOnlyList<TrafficTarget>? Traffic { get; init; }

    public RetrySettings Retry { get; init; } = new();

    public ScaleRule Scale { get; init; } = new();
}
