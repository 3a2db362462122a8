using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Contracts.Admin;

/// <summary>How a function's calls are split over its revisions.</summary>
public sealed record TrafficInfo
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>The number of the newest revision: what a target without a revision stands for.</summary>
    public required int Newest { get; init; }

    public required IReadOnlyList<TrafficTarget> Targets { get; init; }

    /// <summary>Changes with every change of the function; a writer that sends it back writes only over what it has seen.</summary>
    public required long Generation { get; init; }
}
