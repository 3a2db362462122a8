namespace LoraFaaS.Engine.Compute;

/// <summary>A float32 matrix [rows, columns] on the device, row by row, <see cref="Stride"/> elements apart.</summary>
public readonly record struct Activations(nint Address, int Rows, int Columns, int Stride)
{
    /// <summary>
    /// A multiple of 16 floats, never of 1024: rows exactly pages apart share the cache sets of a first-level cache,
    /// and a tile that walks 12 rows at once would evict its own lines (8 ways).
    /// </summary>
    public static int StrideFor(int columns) => (columns + 15) / 16 * 16 + 16;

    public Activations Take(int rows) => this with { Rows = rows };

    public Activations From(int row) => this with { Address = Address + (nint)((long)row * Stride * sizeof(float)), Rows = Rows - row };
}
