using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Compute;

/// <summary>What attention needs to know besides the rows: where the parts of a q|k|v row begin, the cache's layout.</summary>
public sealed record AttentionShape
{
    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    public required int KeyColumn { get; init; }

    public required int ValueColumn { get; init; }

    /// <summary>Columns of a whole q|k|v row.</summary>
    public required int Columns { get; init; }

    public required float NormEpsilon { get; init; }

    public required KvLayout Layout { get; init; }

    /// <summary>Query heads that read one key head.</summary>
    public int Group => Heads / KvHeads;

    public static AttentionShape For(BackboneShape shape, KvLayout layout)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var keyColumn = PanelLayout.RoundUp(shape.Heads * shape.HeadDim);
        var valueColumn = keyColumn + PanelLayout.RoundUp(shape.KvHeads * shape.HeadDim);

        return new AttentionShape
        {
            Heads = shape.Heads,
            KvHeads = shape.KvHeads,
            HeadDim = shape.HeadDim,
            KeyColumn = keyColumn,
            ValueColumn = valueColumn,
            Columns = valueColumn + PanelLayout.RoundUp(shape.KvHeads * shape.HeadDim),
            NormEpsilon = shape.NormEpsilon,
            Layout = layout,
        };
    }
}
