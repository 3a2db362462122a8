using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// One site's low-rank weights: the stacked A [sum of ranks, inputs] in panels, and a B a module. Offsets count from the content's start.
/// </summary>
public sealed record PackedSite
{
    public required int Layer { get; init; }

    public required AdapterSite Site { get; init; }

    public required PackedDtype Dtype { get; init; }

    /// <summary>Rows of the stacked A: each module's rank, rounded up to even, since a line of bf16 panels is a pair of B's columns.</summary>
    public required int StackRows { get; init; }

    public required int InputColumns { get; init; }

    public required long StackOffset { get; init; }

    public required IReadOnlyList<PackedModule> Modules { get; init; }
}
