namespace LoraFaaS.Engine.Weights;

/// <summary>
/// The one weight layout: 16 output rows in a panel, so that a vector register holds one column (or a pair) of all of them,
/// and every output element is one accumulator that sums in column order, with no horizontal sum. That order makes results the same
/// bits for every batch size, tiling and thread count.
/// <para>bf16: [row / 16][column / 2][16][2]: a 64-byte line is a pair of columns of 16 rows. Widening is one shift for the even
/// column and one mask for the odd (no shuffle), and the line is what vdpbf16ps takes. Columns must be even.</para>
/// <para>float32: [row / 16][column][16].</para>
/// Missing rows of the last panel are zero.
/// </summary>
public static class PanelLayout
{
    /// <summary>
    /// What a segment's header calls this layout. Another arrangement gets another number, so that a sandbox refuses a segment that its
    /// kernels would misread.
    /// </summary>
    public const uint Number = 1;

    public const int PanelRows = 16;
    public const int LineBytes = 64;

    public static int RoundUp(int rows) => (rows + PanelRows - 1) / PanelRows * PanelRows;

    public static int PanelsFor(int rows) => (rows + PanelRows - 1) / PanelRows;

    /// <summary>Columns that one 64-byte line holds.</summary>
    public static int ColumnsPerLine(PackedDtype dtype) => dtype is PackedDtype.BF16 ? 2 : 1;

    public static int LinesFor(PackedDtype dtype, int columns) => dtype is PackedDtype.BF16 ? (columns + 1) / 2 : columns;

    public static int ElementBytes(PackedDtype dtype) => dtype is PackedDtype.BF16 ? 2 : 4;

    public static long PanelBytes(PackedDtype dtype, int columns) => (long)LinesFor(dtype, columns) * LineBytes;

    public static long Bytes(PackedDtype dtype, int rows, int columns) => PanelsFor(rows) * PanelBytes(dtype, columns);

    /// <summary>Byte offset of an element in the packed matrix.</summary>
    public static long OffsetOf(PackedDtype dtype, int columns, int row, int column)
    {
        var panel = row / PanelRows * PanelBytes(dtype, columns);
        return dtype is PackedDtype.BF16
            ? panel + (long)(column / 2) * LineBytes + row % PanelRows * 4 + column % 2 * 2
            : panel + (long)column * LineBytes + row % PanelRows * 4;
    }
}
