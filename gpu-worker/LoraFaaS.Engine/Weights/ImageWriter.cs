using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// Puts pieces of an image in their places, from several threads. What costs most is the fresh pages, so they are come by in two ways at once: one thread at a time writes
/// its piece to the segment as to a file, which zeroes no page that is written whole and maps none, and the others, which would only wait for the file's one lock,
/// have their pages given and lay their pieces where they belong. See decisions/0006-two-ways-to-fresh-pages.md.
/// </summary>
internal sealed unsafe partial class ImageWriter(PackTarget target)
{
    private const int PopulateWrite = 23;

    private readonly Lock _writing = new();

    /// <param name="piece">Which piece.</param>
    /// <param name="rows">Its rows, as they are in the file.</param>
    /// <param name="scratch">The calling thread's own, with room for the piece as it is in the image.</param>
    /// <exception cref="IOException">There is no memory for it.</exception>
    public void Put(PackPiece piece, ReadOnlySpan<byte> rows, nint scratch)
    {
        if (target.Segment is { } segment && _writing.TryEnter())
        {
            try
            {
                var laid = At(scratch, 0, checked((int)piece.TargetBytes));

                // Rows that a panel lacks are zero, and nobody lays them.
                if (piece.Rows % PanelLayout.PanelRows != 0)
                {
                    laid.Clear();
                }

                Lay(rows, piece, laid);
                RandomAccess.Write(segment, laid, piece.Target);
            }
            finally
            {
                _writing.Exit();
            }

            return;
        }

        Populate(target.Address + (nint)piece.Target, piece.TargetBytes);
        Lay(rows, piece, At(target.Address, piece.Target, checked((int)piece.TargetBytes)));
    }

    public void Put(long offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(At(target.Address, offset, bytes.Length));

    private static void Lay(ReadOnlySpan<byte> rows, PackPiece piece, Span<byte> laid)
    {
        var (source, tensor) = piece.Step;
        if (tensor.Layout is TensorLayout.Rows)
        {
            ElementConverter.Convert(rows, source.Type, tensor.Columns, tensor.Dtype, laid, tensor.Columns * PanelLayout.ElementBytes(tensor.Dtype));
            return;
        }

        var rowBytes = tensor.Columns * source.Type.ElementBytes;
        var panelBytes = checked((int)(tensor.Bytes() / PanelLayout.PanelsFor(tensor.Rows)));
        for (var row = 0; row < piece.Rows; row += PanelLayout.PanelRows)
        {
            var count = Math.Min(PanelLayout.PanelRows, piece.Rows - row);
            var panel = laid.Slice(row / PanelLayout.PanelRows * panelBytes, panelBytes);
            var part = rows.Slice(row * rowBytes, count * rowBytes);
            if (tensor.Dtype is PackedDtype.I8)
            {
                GroupPacker.Lay(part, source.Type, tensor.Columns, tensor.Group, panel);
            }
            else
            {
                PanelPacker.Lay(part, source.Type, tensor.Columns, tensor.Dtype, panel, panelRow: 0);
            }
        }
    }

    /// <summary>
    /// Gives a range its pages in one call instead of a fault each (madvise(2), MADV_POPULATE_WRITE, Linux 5.14). A kernel that cannot is no matter:
    /// the first writes do it then.
    /// </summary>
    private static void Populate(nint address, long bytes)
    {
        var first = address / Environment.SystemPageSize * Environment.SystemPageSize;
        _ = madvise(first, (nuint)(address + bytes - first), PopulateWrite);
    }

    private static Span<byte> At(nint address, long offset, int bytes) => new((byte*)address + offset, bytes);

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);
}
