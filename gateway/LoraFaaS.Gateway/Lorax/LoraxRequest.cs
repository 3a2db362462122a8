using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>A parsed body of LoRAX's <c>/generate</c>, <c>/generate_stream</c> or <c>/</c>.</summary>
internal sealed record LoraxRequest
{
    public required string Inputs { get; init; }

    /// <summary>Null: the backbone alone.</summary>
    public string? AdapterId { get; init; }

    public required SamplingOverrides Sampling { get; init; }

    public bool Details { get; init; }

    public bool ReturnFullText { get; init; }

    /// <summary>Only <c>POST /</c> asks in the body.</summary>
    public bool Stream { get; init; }
}
