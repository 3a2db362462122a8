using System.Buffers;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Reads rows of a stored matrix and lays them into panels.</summary>
internal static class PanelPacker
{
    /// <summary>
    /// Packs stored rows [<paramref name="row"/>, <paramref name="row"/> + <paramref name="rows"/>) of a matrix into rows of a panel from
    /// <paramref name="panelRow"/> on. The panel's other rows are left alone.
    /// </summary>
    public static void Pack(TensorStore store, TensorInfo tensor, int columns, int row, int rows, PackedDtype dtype, Span<byte> panel, int panelRow)
    {
        var rowBytes = columns * tensor.Type.ElementBytes;
        var source = ArrayPool<byte>.Shared.Rent(rows * rowBytes);
        try
        {
            store.Read(tensor, (long)row * rowBytes, source.AsSpan(0, rows * rowBytes));
            Lay(source.AsSpan(0, rows * rowBytes), tensor.Type, columns, dtype, panel, panelRow);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(source);
        }
    }

    /// <summary>Packs rows that are in memory, at most a panel's.</summary>
    public static void Lay(ReadOnlySpan<byte> rows, TensorType stored, int columns, PackedDtype dtype, Span<byte> panel, int panelRow)
    {
        var count = rows.Length / (columns * stored.ElementBytes);
        var lines = PanelLayout.LinesFor(dtype, columns);
        if (IsLaneByLane(stored, columns, dtype))
        {
            Transpose(MemoryMarshal.Cast<byte, uint>(rows), count, lines, MemoryMarshal.Cast<byte, uint>(panel), panelRow);
            return;
        }

        var stride = lines * sizeof(uint);
        var converted = ArrayPool<byte>.Shared.Rent(count * stride);
        try
        {
            converted.AsSpan(0, count * stride).Clear();
            ElementConverter.Convert(rows, stored, columns, dtype, converted, stride);
            Transpose(MemoryMarshal.Cast<byte, uint>(converted.AsSpan(0, count * stride)), count, lines, MemoryMarshal.Cast<byte, uint>(panel), panelRow);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(converted);
        }
    }

    /// <summary>The stored bytes are the packed ones in another order, and a row is whole lanes: nothing to convert.</summary>
    private static bool IsLaneByLane(TensorType stored, int columns, PackedDtype dtype) =>
        (stored is TensorType.BF16 && dtype is PackedDtype.BF16 && columns % 2 == 0) || (stored is TensorType.F32 && dtype is PackedDtype.F32);

    private static unsafe void Transpose(ReadOnlySpan<uint> rows, int count, int lines, Span<uint> panel, int panelRow)
    {
        if (count == PanelLayout.PanelRows)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, count * lines);
            ArgumentOutOfRangeException.ThrowIfLessThan(panel.Length, lines * PanelLayout.PanelRows);
            fixed (uint* from = rows)
            fixed (uint* to = panel)
            {
                LaneTranspose.Run(from, lines, to, lines);
            }

            return;
        }

        TransposePart(rows, count, lines, panel, panelRow);
    }

    /// <summary>
    /// Some of a panel's rows. Sixteen lines of one row at a time: reading 16 rows side by side would put 16 lines a page
    /// apart into one set of an 8-way cache.
    /// </summary>
    private static void TransposePart(ReadOnlySpan<uint> rows, int count, int lines, Span<uint> panel, int panelRow)
    {
        const int Block = 16;
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
