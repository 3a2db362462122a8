using LoraFaaS.Contracts.Functions;

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

    public RetrySettings Retry { get; init; } = new();

    public ScaleRule Scale { get; init; } = new();
}
