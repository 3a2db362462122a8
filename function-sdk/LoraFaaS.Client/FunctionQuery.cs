using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Client;

/// <summary>Which functions, in which order, and which of them.</summary>
public sealed record FunctionQuery
{
    /// <summary>Only those with this in their name, image or backbone, whatever the case. Empty: all.</summary>
    public string Search { get; init; } = "";

    /// <summary>Only those of this namespace. Empty: of all.</summary>
    public string Namespace { get; init; } = "";

    public FunctionOrder Sort { get; init; }

    public bool Descending { get; init; }

    public int Offset { get; init; }

    /// <summary>At most 1 000.</summary>
    public int Limit { get; init; } = 50;
}
