using LoraFaaS.Checkpoints.Peft;

namespace LoraFaaS.Engine.Adapters;


/// <summary>A module's share of its site: B [outputs, rank] in panels, and where its rows of the stacked A begin.</summary>
public sealed record PackedModule
{
    public required AdapterModule Module { get; init; }

    public required int Rank { get; init; }

    /// <summary>alpha / rank, or alpha / √rank (rslora).</summary>
    public required float Scale { get; init; }

    /// <summary>First row in the site's stacked A.</summary>
    public required int StackRow { get; init; }

    public required int OutputRows { get; init; }

    public required long Offset { get; init; }
}
