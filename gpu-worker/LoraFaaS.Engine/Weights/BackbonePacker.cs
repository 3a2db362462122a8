using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Packs a checkpoint into the one segment that every sandbox maps. Done once a backbone and worker; reads each weight once.</summary>
public static class BackbonePacker
{
    /// <summary>Source bytes a piece of work reads: small enough to stay in a second-level cache while it is transposed.</summary>
    private const int PieceBytes = 256 << 10;

    /// <summary>Bytes that <see cref="Pack"/> will fill.</summary>
    public static long Measure(Checkpoint checkpoint, PackPrecision precision = PackPrecision.Exact)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return PackPlan.For(checkpoint, precision).Header.TotalBytes;
    }

    /// <summary>Fills zeroed memory at <paramref name="destination"/> with the checkpoint's image, on all cores.</summary>
    /// <param name="progress">Packed bytes so far, reported from several threads.</param>
    public static void Pack(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var plan = PackPlan.For(checkpoint, precision);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, plan.Header.TotalBytes);

        var done = 0L;
        var pieces = plan.Steps.SelectMany(Cut);
        Parallel.ForEach(
            Partition(pieces), new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            piece =>
            {
                PackPiece(checkpoint, destination, piece);
                progress?.Report(Interlocked.Add(ref done, BytesOf(piece)));
            });

        plan.Manifest.CopyTo(At(destination, plan.Header.ManifestOffset, plan.Manifest.Length));
        MemoryMarshal.Write(At(destination, 0, ImageHeader.Bytes), plan.Header);
    }

    private static OrderablePartitioner<Piece> Partition(IEnumerable<Piece> pieces) =>
        Partitioner.Create(pieces, EnumerablePartitionerOptions.NoBuffering);

    /// <summary>Whole panels (or, for tables and vectors, rows) that read about <see cref="PieceBytes"/>.</summary>
    private static IEnumerable<Piece> Cut(PackStep step)
    {
        var rowBytes = (long)step.Target.Columns * step.Source.Type.ElementBytes;
        var rows = (int)Math.Clamp(PieceBytes / rowBytes / PanelLayout.PanelRows * PanelLayout.PanelRows, PanelLayout.PanelRows, 1 << 16);
        for (var row = 0; row < step.Target.Rows; row += rows)
        {
            yield return new Piece(step, row, Math.Min(rows, step.Target.Rows - row));
        }
    }

    private static void PackPiece(Checkpoint checkpoint, nint destination, Piece piece)
    {
        var (source, target) = piece.Step;
        var rowBytes = target.Columns * source.Type.ElementBytes;
        if (target.Layout is TensorLayout.Rows && PanelLayout.ElementBytes(target.Dtype) == source.Type.ElementBytes && source.Type is TensorType.BF16 or TensorType.F32)
        {
            // The same bytes in the same order: they are read to where they belong.
            checkpoint.Tensors.Read(source, (long)piece.Row * rowBytes, At(destination, target.Offset + (long)piece.Row * rowBytes, checked(piece.Rows * rowBytes)));
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(checked(piece.Rows * rowBytes));
        try
        {
            var rows = buffer.AsSpan(0, piece.Rows * rowBytes);
            checkpoint.Tensors.Read(source, (long)piece.Row * rowBytes, rows);
            Lay(rows, destination, piece);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Lay(ReadOnlySpan<byte> rows, nint destination, Piece piece)
    {
        var (source, target) = piece.Step;
        if (target.Layout is TensorLayout.Rows)
        {
            var targetRow = target.Columns * PanelLayout.ElementBytes(target.Dtype);
            var to = At(destination, target.Offset + (long)piece.Row * targetRow, checked(piece.Rows * targetRow));
            ElementConverter.Convert(rows, source.Type, target.Columns, target.Dtype, to, targetRow);
            return;
        }

        var rowBytes = target.Columns * source.Type.ElementBytes;
        var panelBytes = checked((int)(target.Bytes() / PanelLayout.PanelsFor(target.Rows)));
        for (var row = 0; row < piece.Rows; row += PanelLayout.PanelRows)
        {
            var count = Math.Min(PanelLayout.PanelRows, piece.Rows - row);
            var panel = At(destination, target.Offset + (long)((piece.Row + row) / PanelLayout.PanelRows) * panelBytes, panelBytes);
            var part = rows.Slice(row * rowBytes, count * rowBytes);
            if (target.Dtype is PackedDtype.I8)
            {
                GroupPacker.Lay(part, source.Type, target.Columns, target.Group, panel);
            }
            else
            {
                PanelPacker.Lay(part, source.Type, target.Columns, target.Dtype, panel, panelRow: 0);
            }
        }
    }

    private static long BytesOf(Piece piece) => piece.Step.Target.Bytes() * piece.Rows / piece.Step.Target.Rows;

    private static unsafe Span<byte> At(nint destination, long offset, int bytes) => new((byte*)destination + offset, bytes);

    private readonly record struct Piece(PackStep Step, int Row, int Rows);
}
