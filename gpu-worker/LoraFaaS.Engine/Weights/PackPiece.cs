using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Some rows of one tensor, whole panels where it has panels: <paramref name="Bytes"/> bytes from <paramref name="Start"/> of its file.</summary>
internal readonly record struct PackPiece(PackStep Step, int Row, int Rows, long Start, int Bytes)
{
    /// <summary>Source bytes a piece has, about: small enough to stay in a second-level cache while it is transposed.</summary>
    private const int Most = 256 << 10;

    public long End => Start + Bytes;

    /// <summary>Where in the image what it is made into begins.</summary>
    public long Target => Step.Target.Offset + Step.Target.Bytes() / Units(Step.Target.Rows) * (Row / RowsOfUnit);

    /// <summary>What it adds to the image.</summary>
    public long TargetBytes => Step.Target.Bytes() / Units(Step.Target.Rows) * Units(Rows);

    private int RowsOfUnit => Step.Target.Layout is TensorLayout.Rows ? 1 : PanelLayout.PanelRows;

    private int Units(int rows) => (rows + RowsOfUnit - 1) / RowsOfUnit;

    public static IEnumerable<PackPiece> Of(PackStep step, long start)
    {
        var rowBytes = step.Target.Columns * step.Source.Type.ElementBytes;
        var most = (int)Math.Clamp(Most / (long)rowBytes / PanelLayout.PanelRows * PanelLayout.PanelRows, PanelLayout.PanelRows, 1 << 16);
        for (var row = 0; row < step.Target.Rows; row += most)
        {
            var rows = Math.Min(most, step.Target.Rows - row);
            yield return new PackPiece(step, row, rows, start + (long)row * rowBytes, checked(rows * rowBytes));
        }
    }
}
