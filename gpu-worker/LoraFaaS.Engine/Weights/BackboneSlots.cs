namespace LoraFaaS.Engine.Weights;

/// <summary>The tensors of a backbone of a given shape, in the order of use. The one list that packing, checking and binding share.</summary>
internal static class BackboneSlots
{
    public static IEnumerable<BackboneSlot> Of(BackboneShape shape)
    {
        // A tied table serves the head too, so it lies in panels; one that is only looked up in lies in rows.
        yield return new(BackboneNames.Embedding, shape.Vocabulary, shape.Hidden, IsTable: !shape.TiedEmbeddings);

        for (var layer = 0; layer < shape.Layers; layer++)
        {
            foreach (var slot in InLayer(shape))
            {
                yield return slot with { Name = BackboneNames.InLayer(layer, slot.Name) };
            }
        }

        yield return Vector(BackboneNames.FinalNorm, shape.Hidden);
        if (!shape.TiedEmbeddings)
        {
            yield return new(BackboneNames.Head, shape.Vocabulary, shape.Hidden);
        }
    }

    private static IEnumerable<BackboneSlot> InLayer(BackboneShape shape)
    {
        yield return Vector(BackboneNames.AttentionNorm, shape.Hidden);
        yield return new(BackboneNames.Query, shape.QueryColumns, shape.Hidden);
        yield return new(BackboneNames.Key, shape.KvColumns, shape.Hidden);
        yield return new(BackboneNames.Value, shape.KvColumns, shape.Hidden);
        yield return Vector(BackboneNames.QueryBias, shape.QueryColumns, optional: true);
        yield return Vector(BackboneNames.KeyBias, shape.KvColumns, optional: true);
        yield return Vector(BackboneNames.ValueBias, shape.KvColumns, optional: true);

        if (shape.HeadNorms)
        {
            yield return Vector(BackboneNames.QueryNorm, shape.HeadDim);
            yield return Vector(BackboneNames.KeyNorm, shape.HeadDim);
        }

        yield return new(BackboneNames.Output, shape.Hidden, shape.QueryColumns);
        yield return Vector(BackboneNames.OutputBias, shape.Hidden, optional: true);
        yield return Vector(BackboneNames.MlpNorm, shape.Hidden);
        yield return new(BackboneNames.Gate, shape.Intermediate, shape.Hidden);
        yield return new(BackboneNames.Up, shape.Intermediate, shape.Hidden);
        yield return new(BackboneNames.Down, shape.Hidden, shape.Intermediate);
    }

    private static BackboneSlot Vector(string name, int length, bool optional = false) => new(name, 1, length, IsVector: true, Optional: optional);
}
