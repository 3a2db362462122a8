using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Quantises rows of stored weights and lays them into panels of groups. Every machine gives the same bytes.</summary>
internal static class GroupPacker
{
    /// <summary>Packs the rows of one panel, at most 16.</summary>
    /// <param name="panel">The whole panel; rows that are not there get the scale 0.</param>
    public static void Lay(ReadOnlySpan<byte> rows, TensorType stored, int columns, int group, Span<byte> panel)
    {
        var count = rows.Length / (columns * stored.ElementBytes);
        var padded = GroupLayout.Groups(columns, group) * group;
        var values = ArrayPool<float>.Shared.Rent(padded);
        var levels = ArrayPool<byte>.Shared.Rent(PanelLayout.PanelRows * padded);
        try
        {
            levels.AsSpan(0, PanelLayout.PanelRows * padded).Fill(GroupLayout.ZeroByte);
            for (var row = 0; row < count; row++)
            {
                var rowBytes = columns * stored.ElementBytes;
                var floats = values.AsSpan(0, padded);
                ElementConverter.Widen(rows.Slice(row * rowBytes, rowBytes), stored, floats[..columns]);
                floats[columns..].Clear();
                Quantize(floats, group, levels.AsSpan(row * padded, padded), panel, row);
            }

            Transpose(levels, padded, group, panel);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(values);
            ArrayPool<byte>.Shared.Return(levels);
        }
    }

    private static void Quantize(ReadOnlySpan<float> row, int group, Span<byte> levels, Span<byte> panel, int panelRow)
    {
        for (var first = 0; first < row.Length; first += group)
        {
            var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(row.Slice(first, group)));
            var scale = largest / GroupLayout.MaxLevel;
            var at = first / group * GroupLayout.GroupBytes(group) + GroupLayout.LinesPerGroup(group) * PanelLayout.LineBytes + panelRow * sizeof(float);
            MemoryMarshal.Write(panel[at..], scale);

            // A group of nothing, or of numbers so small that their scale is none, stays zero.
            if (scale > 0)
            {
                Round(row.Slice(first, group), GroupLayout.MaxLevel / largest, levels.Slice(first, group));
            }
        }
    }

    private static void Round(ReadOnlySpan<float> values, float factor, Span<byte> levels)
    {
        var i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i <= values.Length - 16; i += 16)
            {
                var whole = Avx512F.ConvertToVector512Int32(Vector512.Create(values.Slice(i, 16)) * Vector512.Create(factor));
                Avx512F.ConvertToVector128Byte(whole + Vector512.Create((int)GroupLayout.ZeroByte)).CopyTo(levels[i..]);
            }
        }

        for (; i < values.Length; i++)
        {
            levels[i] = (byte)((int)MathF.Round(values[i] * factor) + GroupLayout.ZeroByte);
        }
    }

    /// <summary>A line is 16 lanes of four columns: the same transpose as of any other 32-bit lanes.</summary>
    private static unsafe void Transpose(byte[] levels, int padded, int group, Span<byte> panel)
    {
        var lines = GroupLayout.LinesPerGroup(group);
        fixed (byte* from = levels, to = panel)
        {
            for (var first = 0; first < padded; first += group)
            {
                LaneTranspose.Run((uint*)(from + first), padded / sizeof(uint), (uint*)(to + first / group * GroupLayout.GroupBytes(group)), lines);
            }
        }
    }
}
