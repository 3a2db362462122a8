using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>One finished invocation, as billed. Durations in milliseconds.</summary>
public sealed record UsageRecord
{
    public required ulong Sequence { get; init; }

    public required string CallId { get; init; }

    public required FunctionId Function { get; init; }

    public required int Revision { get; init; }

    public required int PromptTokens { get; init; }

    public required int CompletionTokens { get; init; }

    /// <summary>From the gateway's door to the first token at the worker: queue, prefill and <see cref="Stages"/> add up to it. 0: none came.</summary>
    public required double TtftMs { get; init; }

    /// <summary>From the gateway's door to the end at the worker.</summary>
    public required double TotalMs { get; init; }

    public required string Outcome { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required StorageTier AdapterTier { get; init; }

    /// <summary>Null: the worker did not say.</summary>
    public StorageTier? BackboneTier { get; init; }

    public bool? SandboxWarm { get; init; }

    /// <summary>Where what the prompt begins with was; remote: nowhere, it was computed. Null: the worker did not say.</summary>
    public StorageTier? PrefixTier { get; init; }

    /// <summary>Of keys and values that were put back for this call, from host or disk.</summary>
    public long PrefixBytes { get; init; }

    public required double QueueMs { get; init; }

    public required double LoadMs { get; init; }

    public required double PrefillMs { get; init; }

    public required double DecodeMs { get; init; }

    /// <summary>
    /// Under what the generation is counted once. Of records with the same key the one with the highest <see cref="Try"/> stands: its answer is the one that
    /// the caller got. Null: counted by worker and <see cref="Sequence"/> alone.
    /// </summary>
    public string? Key { get; init; }

    public long Try { get; init; }

    /// <summary>The cold-start account by stage, activation and the gateway's part included; empty from a worker that knows none.</summary>
    public UsageStages Stages { get; init; } = new();
}
