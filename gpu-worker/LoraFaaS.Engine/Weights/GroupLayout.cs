namespace LoraFaaS.Engine.Weights;

/// <summary>
/// int8 weights in panels of 16 rows as <see cref="PanelLayout"/> has them, cut into groups of columns with one scale a row and group:
/// [row / 16][group]( [column / 4][16][4] bytes, then [16] float32 scales ). A 64-byte line is four columns of 16 rows, which is what
/// vpdpbusd takes; the scales come last because they are wanted when a group's whole numbers are summed.
/// <para>A byte is the level plus 128: the instruction multiplies unsigned by signed bytes, and with the weights on the unsigned side what the
/// 128 adds depends on the input alone. Symmetric: weight = level × scale, scale = largest of the group ÷ 127.</para>
/// Missing columns of the last group have level 0, and missing rows of the last panel the scale 0.
/// </summary>
public static class GroupLayout
{
    /// <summary>By measurement, see decisions/0005-int8-groups.md.</summary>
    public const int DefaultColumns = 64;

    public const int ColumnsPerLine = 4;

    /// <summary>The largest level, and the smallest negated.</summary>
    public const int MaxLevel = 127;

    /// <summary>The byte of level 0.</summary>
    public const byte ZeroByte = 128;

    public const int ScaleBytes = PanelLayout.PanelRows * sizeof(float);

    /// <summary>Sizes of a group that kernels are tested with; a whole number of four lines each.</summary>
    public static bool IsGroup(int columns) => columns is 32 or 64 or 128;

    public static int Groups(int columns, int group) => (columns + group - 1) / group;

    public static int LinesPerGroup(int group) => group / ColumnsPerLine;

    public static int GroupBytes(int group) => LinesPerGroup(group) * PanelLayout.LineBytes + ScaleBytes;

    public static long PanelBytes(int columns, int group) => (long)Groups(columns, group) * GroupBytes(group);

    public static long Bytes(int rows, int columns, int group) => PanelLayout.PanelsFor(rows) * PanelBytes(columns, group);

    /// <summary>Byte offset of an element's level in the packed matrix.</summary>
    public static long LevelAt(int columns, int group, int row, int column) =>
        GroupAt(columns, group, row, column)
        + (long)(column % group / ColumnsPerLine) * PanelLayout.LineBytes + row % PanelLayout.PanelRows * ColumnsPerLine + column % ColumnsPerLine;

    /// <summary>Byte offset of the scale of an element's group.</summary>
    public static long ScaleAt(int columns, int group, int row, int column) =>
        GroupAt(columns, group, row, column) + (long)LinesPerGroup(group) * PanelLayout.LineBytes + row % PanelLayout.PanelRows * sizeof(float);

    private static long GroupAt(int columns, int group, int row, int column) =>
        row / PanelLayout.PanelRows * PanelBytes(columns, group) + (long)(column / group) * GroupBytes(group);
}
