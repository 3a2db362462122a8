using System.Collections.Immutable;

namespace LoraFaaS.Policies.Preloading;

/// <summary>One question: what ought to be where until the horizon.</summary>
public sealed record PreloadRequest
{
    public required ImmutableArray<PreloadWorker> Workers { get; init; }

    public required ImmutableArray<PreloadBackbone> Backbones { get; init; }

    public required ImmutableArray<PreloadSandbox> Sandboxes { get; init; }

    public required ImmutableArray<PreloadFunction> Functions { get; init; }

    public PreloadLimits Limits { get; init; } = new();

    /// <summary>How far the chances look; said in the reasons.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromMinutes(5);
}
