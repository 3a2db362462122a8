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
    /// <summary>Read at once: a piece and the site it is laid into are then in the second-level cache together, for ranks as they are usual.</summary>
    private const int PieceBytes = 256 << 10;

    /// <summary>Bytes that <see cref="Pack(AdapterWeights, TensorStore, ModelConfig, Span{byte}, CancellationToken)"/> will fill.</summary>
    public static long Measure(AdapterWeights weights, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(backbone);
        return AdapterPackPlan.For(weights, backbone).Header.TotalBytes;
    }

    /// <summary>Fills memory with the adapter's image.</summary>
    public static unsafe void Pack(
        AdapterWeights weights, TensorStore tensors, ModelConfig backbone, Span<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Measure(weights, backbone));

        fixed (byte* first = destination)
        {
            var image = (nint)first;
            PackPart(weights, tensors, backbone, 0, 1, (piece, offset) => piece.CopyTo(new Span<byte>((byte*)image + offset, piece.Length)), cancellationToken);
        }
    }

    /// <summary>
    /// Gives one of <paramref name="parts"/> parts of the adapter's image out in pieces: of the first part the head, of each every so manieth site, a piece a site. All parts together are the image without gaps,
    /// and may be made on as many threads. Pieces come in the image's order; whoever reads them before the last is there is told how far this part has come (<paramref name="reached"/>).
    /// </summary>
    public static void PackPart(
        AdapterWeights weights, TensorStore tensors, ModelConfig backbone, int part, int parts, ImageWrite write, CancellationToken cancellationToken, ImageReached? reached = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, parts);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(write);
        var plan = AdapterPackPlan.For(weights, backbone);
        var stored = weights.Modules.ToDictionary(m => (m.Layer, m.Module));

        if (part == 0)
        {
            WriteHead(plan, write);
        }

        for (var index = part; index < plan.Manifest.Sites.Count; index += parts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var site = plan.Manifest.Sites[index];
            var bytes = checked((int)(plan.SiteOffset(index + 1) - site.StackOffset));
            reached?.Invoke(plan.Header.ContentOffset + site.StackOffset);
            var content = ArrayPool<byte>.Shared.Rent(bytes);

            try
            {
                LaySite(content.AsSpan(0, bytes), site, stored, tensors);
                write(content.AsSpan(0, bytes), plan.Header.ContentOffset + site.StackOffset);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(content);
            }
        }

        reached?.Invoke(plan.Header.TotalBytes);
    }

    private static void WriteHead(AdapterPackPlan plan, ImageWrite write)
    {
        var head = new byte[plan.Header.ContentOffset];
        MemoryMarshal.Write(head, plan.Header);
        plan.ManifestJson.CopyTo(head, plan.Header.ManifestOffset);
        write(head, 0);
    }

    /// <summary>All of a site's matrices, and zeros where a panel has no row.</summary>
    private static void LaySite(Span<byte> content, PackedSite site, Dictionary<(int, AdapterModule), AdapterModuleWeights> stored, TensorStore tensors)
    {
        content.Clear();

        foreach (var module in site.Modules)
        {
            var source = stored[(site.Layer, module.Module)];
            PackInto(content, module.StackRow, tensors, source.A, module.Rank, site.InputColumns, site.Dtype);
            PackInto(content[checked((int)(module.Offset - site.StackOffset))..], 0, tensors, source.B, module.OutputRows, module.Rank, site.Dtype);
        }
    }

    /// <summary>
    /// A matrix's rows, into a packed matrix from one of its rows on: a stacked A begins where the module before it ends. Read in large pieces: a panel of a
    /// B matrix is half a kilobyte, and a call into the kernel for each costs as much as all the rest.
    /// </summary>
    private static void PackInto(
        Span<byte> matrix, int firstRow, TensorStore tensors, TensorInfo source, int rows, int columns, PackedDtype dtype)
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
                LayInto(matrix, firstRow + row, stored, source.Type, columns, dtype);
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
