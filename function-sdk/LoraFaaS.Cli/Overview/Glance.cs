using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Overview;

/// <summary>What the platform said at one moment.</summary>
internal sealed record Glance
{
    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<WorkerInfo> Workers { get; init; }

    public required IReadOnlyList<FunctionStatus> Functions { get; init; }
}
