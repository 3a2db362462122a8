using LoraFaaS.Gateway.Rendering;

namespace LoraFaaS.Gateway.Functions;

/// <summary>One event of a streamed answer; each kind fills its own fields. <see cref="Event"/> is written in NDJSON only, where there is no other place for it.</summary>
internal sealed record FunctionEvent
{
    public string? Event { get; init; }

    /// <summary>token: what it adds.</summary>
    public string? Text { get; init; }

    /// <summary>progress: what is being waited for, and how long still, in milliseconds, when that is known.</summary>
    public string? Stage { get; init; }

    public int? ExpectedMs { get; init; }

    /// <summary>done.</summary>
    public string? FinishReason { get; init; }

    public TokenUsage? Usage { get; init; }

    public ColdStartAccount? ColdStart { get; init; }

    /// <summary>error.</summary>
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Field { get; init; }
}
