namespace LoraFaaS.Engine.Weights;

/// <summary>One tensor of a packed image. Vectors have one row. <see cref="Offset"/> counts bytes from the image's first.</summary>
public sealed record PackedTensor
{
    public required string Name { get; init; }

    public required PackedDtype Dtype { get; init; }

    public required TensorLayout Layout { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required long Offset { get; init; }

    /// <summary>Columns that share a scale in a row of an int8 matrix; 0 for other types.</summary>
    public int Group { get; init; }

    /// <summary>Bytes the tensor takes, its padding included.</summary>
    public long Bytes() => (Layout, Dtype) switch
    {
        (TensorLayout.Panels, PackedDtype.I8) => GroupLayout.Bytes(Rows, Columns, Group),
        (TensorLayout.Panels, _) => PanelLayout.Bytes(Dtype, Rows, Columns),
        _ => (long)Rows * Columns * PanelLayout.ElementBytes(Dtype),
    };
}
