using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Files;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// Packs a checkpoint into the one segment that every sandbox maps. Done once a backbone and worker; reads each byte once, in large pieces,
/// from the page cache what it holds and past it what it does not.
/// </summary>
public static class BackbonePacker
{
    /// <summary>
    /// Bytes of a direct read, at most: large enough that a read's own price is nothing beside the bytes, small enough that a few in flight keep all cores busy. A page at
    /// each end less than 4 MiB, which is what disks take at once: a block begins where a tensor does and not where a page does.
    /// </summary>
    private const int BlockBytes = (4 << 20) - 2 * LargeFile.Alignment;

    /// <summary>Bytes that <see cref="Pack"/> will fill.</summary>
    public static long Measure(Checkpoint checkpoint, PackPrecision precision = PackPrecision.Exact)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return PackPlan.For(checkpoint, precision).Header.TotalBytes;
    }

    /// <summary>Fills zeroed memory at <paramref name="destination"/> with the checkpoint's image, on all cores.</summary>
    /// <param name="progress">Packed bytes so far, reported from several threads.</param>
    public static void Pack(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, IProgress<long>? progress, CancellationToken cancellationToken) =>
        Pack(checkpoint, destination, length, precision, isHashed: false, progress, cancellationToken);

    /// <summary>The same, and from the same reads the SHA-256 of each weight file, by its name: what was packed is what was hashed.</summary>
    public static IReadOnlyDictionary<string, byte[]> PackAndHash(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, IProgress<long>? progress, CancellationToken cancellationToken) =>
        Pack(checkpoint, destination, length, precision, isHashed: true, progress, cancellationToken);

    private static Dictionary<string, byte[]> Pack(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, bool isHashed, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var plan = PackPlan.For(checkpoint, precision);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, plan.Header.TotalBytes);
        cancellationToken.ThrowIfCancellationRequested();

        var sources = plan.Steps.GroupBy(step => checkpoint.FileOf(step.Source)).OrderBy(group => group.Key.Path, StringComparer.Ordinal).ToList();
        var files = new List<LargeFile>();
        var hashes = new List<OrderedHash>();
        try
        {
            files.AddRange(sources.Select(source => LargeFile.Open(source.Key.Path)));
            hashes.AddRange(isHashed ? files.Select(_ => new OrderedHash()) : []);
            var blocks = Order([.. sources.Select((source, file) => PackBlock.Of(file, files[file].Length, BlockBytes, PiecesOf(source)))]);
            var done = 0L;
            new PackLanes(files, [.. blocks.Where(block => isHashed || block.Pieces.Count > 0)], isHashed ? hashes : null, Lay).Run(cancellationToken);
            plan.Manifest.CopyTo(At(destination, plan.Header.ManifestOffset, plan.Manifest.Length));
            MemoryMarshal.Write(At(destination, 0, ImageHeader.Bytes), plan.Header);
            return hashes.Zip(files).ToDictionary(pair => Path.GetFileName(pair.Second.Path), pair => pair.First.Take(), StringComparer.Ordinal);

            void Lay(PackPiece piece, nint content)
            {
                ImagePages.Populate(destination + (nint)piece.Target, piece.TargetBytes);
                LayPiece(At(content, 0, piece.Bytes), destination, piece);
                progress?.Report(Interlocked.Add(ref done, piece.TargetBytes));
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
            hashes.ForEach(hash => hash.Dispose());
        }
    }

    private static IEnumerable<PackPiece> PiecesOf(IGrouping<SafetensorsFile, PackStep> source) =>
        source.SelectMany(step => PackPiece.Of(step, source.Key.PositionOf(step.Source)));

    /// <summary>File after file, as many at a time as there are cores: a file is hashed from its beginning to its end, by one thread after the other.</summary>
    private static IEnumerable<PackBlock> Order(IReadOnlyList<IEnumerable<PackBlock>> files) => files
        .Chunk(Environment.ProcessorCount)
        .SelectMany(some => some.SelectMany(blocks => blocks.Index()).OrderBy(block => block.Index).ThenBy(block => block.Item.File))
        .Select(block => block.Item);

    private static void LayPiece(ReadOnlySpan<byte> rows, nint destination, PackPiece piece)
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

    private static unsafe Span<byte> At(nint address, long offset, int bytes) => new((byte*)address + offset, bytes);
}
