using System.Buffers;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Reads rows of a stored matrix and lays them into a panel.</summary>
internal static class PanelPacker
{
    /// <summary>
    /// Packs stored rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="rows"/>) of a matrix into rows of a panel from
    /// <paramref name="panelRow"/> on. The panel's other rows are left alone.
    /// </summary>
    public static void Pack(TensorStore store, TensorInfo tensor, int columns, int row, int rows, PackedDtype dtype, Span<byte> panel, int panelRow)
    {
        var stride = PanelLayout.LinesFor(dtype, columns) * sizeof(uint);
        var sourceBytes = rows * columns * tensor.Type.ElementBytes;
        var source = ArrayPool<byte>.Shared.Rent(sourceBytes);
        var converted = ArrayPool<byte>.Shared.Rent(rows * stride);
        try
        {
            store.Read(tensor, (long)row * columns * tensor.Type.ElementBytes, source.AsSpan(0, sourceBytes));
            converted.AsSpan(0, rows * stride).Clear();
            ElementConverter.Convert(source.AsSpan(0, sourceBytes), tensor.Type, columns, dtype, converted, stride);
            Transpose(MemoryMarshal.Cast<byte, uint>(converted.AsSpan(0, rows * stride)), rows, MemoryMarshal.Cast<byte, uint>(panel), panelRow);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
            ArrayPool<byte>.Shared.Return(converted);
        }
    }

    /// <summary>
    /// 32-bit lanes [row][line] to [line][row]. Sixteen lines of one row at a time: reading 16 rows side by side would put 16 lines a page
    /// apart into one set of an 8-way cache.
    /// </summary>
    private static void Transpose(ReadOnlySpan<uint> rows, int count, Span<uint> panel, int panelRow)
    {
        const int Block = 16;
        var lines = rows.Length / count;
        for (var first = 0; first < lines; first += Block)
        {
            var length = Math.Min(Block, lines - first);
            for (var row = 0; row < count; row++)
            {
                var from = rows.Slice(row * lines + first, length);
                var to = panel.Slice(first * PanelLayout.PanelRows, length * PanelLayout.PanelRows);
                for (var i = 0; i < from.Length; i++)
                {
                    to[i * PanelLayout.PanelRows + row + panelRow] = from[i];
                }
            }
        }
    }
}
