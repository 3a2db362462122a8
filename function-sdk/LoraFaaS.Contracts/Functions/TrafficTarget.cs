namespace LoraFaaS.Contracts.Functions;

/// <summary>One share of a function's calls. The shares of a function are 100 together.</summary>
public sealed record TrafficTarget
{
    /// <summary>The revision's number; absent: whichever is the newest.</summary>
    public int? Revision { get; init; }

    /// <summary>Of 100 calls, as many. 0: none but those that name the revision or its tag.</summary>
    public int Percent { get; init; }

    /// <summary>A name for the revision, as in <c>model: "name@tag"</c> and the host <c>tag-name.namespace.domain</c>; absent: none.</summary>
    public string? Tag { get; init; }
}
