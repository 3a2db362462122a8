namespace LoraFaaS.Engine.Compute;

/// <summary>A matrix [rows, columns] on the device, row by row, <see cref="Stride"/> floats apart whatever its elements are.</summary>
public readonly record struct Activations(nint Address, int Rows, int Columns, int Stride)
{
    public ActivationType Type { get; init; }

    public int RowBytes => Columns * (Type is ActivationType.BF16 ? sizeof(ushort) : sizeof(float));

    /// <summary>
    /// A multiple of 16 floats, never of 1024: rows exactly pages apart share the cache sets of a first-level cache,
    /// and a tile that walks 12 rows at once would evict its own lines (8 ways).
    /// </summary>
    public static int StrideFor(int columns) => (columns + 15) / 16 * 16 + 16;

    public Activations Take(int rows) => this with { Rows = rows };

    public Activations From(int row) => this with { Address = Address + (nint)((long)row * Stride * sizeof(float)), Rows = Rows - row };
}
