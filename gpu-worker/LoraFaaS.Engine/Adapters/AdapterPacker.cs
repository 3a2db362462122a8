using System.Buffers;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// Packs a validated adapter into the image that sandboxes load from. A site whose every tensor is bf16 stays bf16; any other becomes
/// float32, which holds f16 and f32 exactly. Scales stay numbers beside the weights, since folding them in would round.
/// </summary>
public static class AdapterPacker
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Bytes that <see cref="Pack"/> will fill.</summary>
    public static long Measure(AdapterWeights weights, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(backbone);
        return AdapterPackPlan.For(weights, backbone).Header.TotalBytes;
    }

    /// <summary>Fills zeroed memory with the adapter's image.</summary>
    public static void Pack(
        AdapterWeights weights, TensorStore tensors, ModelConfig backbone, Span<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(backbone);
        var plan = AdapterPackPlan.For(weights, backbone);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, plan.Header.TotalBytes);

        var content = destination.Slice((int)plan.Header.ContentOffset, (int)plan.Header.ContentBytes);
        var stored = weights.Modules.ToDictionary(m => (m.Layer, m.Module));
        foreach (var site in plan.Manifest.Sites)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var module in site.Modules)
            {
                var source = stored[(site.Layer, module.Module)];
                PackInto(content, site.StackOffset, module.StackRow, tensors, source.A, module.Rank, site.InputColumns, site.Dtype);
                PackInto(content, module.Offset, 0, tensors, source.B, module.OutputRows, module.Rank, site.Dtype);
            }
        }

        plan.ManifestJson.CopyTo(destination[(int)plan.Header.ManifestOffset..]);
        MemoryMarshal.Write(destination, plan.Header);
    }

    /// <summary>
    /// A matrix's rows, into a packed matrix from one of its rows on: a stacked A begins where the module before it ends. Read in large pieces: a panel of a
    /// B matrix is half a kilobyte, and a call into the kernel for each costs as much as all the rest.
    /// </summary>
    private static void PackInto(
        Span<byte> content, long offset, int firstRow, TensorStore tensors, TensorInfo source, int rows, int columns, PackedDtype dtype)
    {
        var rowBytes = columns * source.Type.ElementBytes;
        var rowsEach = Math.Clamp(PieceBytes / rowBytes, 1, rows);
        var piece = ArrayPool<byte>.Shared.Rent(rowsEach * rowBytes);
        try
        {
            for (var row = 0; row < rows; row += rowsEach)
            {
                var stored = piece.AsSpan(0, Math.Min(rowsEach, rows - row) * rowBytes);
                tensors.Read(source, (long)row * rowBytes, stored);
                LayInto(content[checked((int)offset)..], firstRow + row, stored, source.Type, columns, dtype);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void LayInto(Span<byte> matrix, int firstRow, ReadOnlySpan<byte> stored, TensorType type, int columns, PackedDtype dtype)
    {
        var panelBytes = checked((int)PanelLayout.PanelBytes(dtype, columns));
        var rowBytes = columns * type.ElementBytes;
        for (var row = firstRow; !stored.IsEmpty;)
        {
            var panelRow = row % PanelLayout.PanelRows;
            var count = Math.Min(PanelLayout.PanelRows - panelRow, stored.Length / rowBytes);
            PanelPacker.Lay(stored[..(count * rowBytes)], type, columns, dtype, matrix.Slice(checked(row / PanelLayout.PanelRows * panelBytes), panelBytes), panelRow);
            stored = stored[(count * rowBytes)..];
            row += count;
        }
    }
}
