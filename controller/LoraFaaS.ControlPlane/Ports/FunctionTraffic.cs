using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>How a function's calls are split, and which revisions have left the split lately.</summary>
public sealed record FunctionTraffic
{
    /// <summary>Empty: all calls go to the newest revision.</summary>
    public required IReadOnlyList<TrafficTarget> Targets { get; init; }

    /// <summary>The last to leave first.</summary>
    public required IReadOnlyList<RetiredRevision> Retired { get; init; }
}
