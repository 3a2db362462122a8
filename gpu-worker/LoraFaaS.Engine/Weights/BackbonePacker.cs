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
    /// <summary>Bytes that packing will fill.</summary>
    public static long Measure(Checkpoint checkpoint, PackPrecision precision = PackPrecision.Exact)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return PackPlan.For(checkpoint, precision).Header.TotalBytes;
    }

    /// <summary>Fills zeroed memory at <paramref name="destination"/> with the checkpoint's image, on all cores.</summary>
    /// <param name="progress">Packed bytes so far, reported from several threads.</param>
    public static void Pack(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, IProgress<long>? progress, CancellationToken cancellationToken) =>
        Pack(checkpoint, new PackTarget(destination, length), precision, isHashed: false, long.MaxValue, progress, cancellationToken);

    /// <summary>The same, and from the same reads the SHA-256 of each weight file, by its name: what was packed is what was hashed.</summary>
    public static IReadOnlyDictionary<string, byte[]> PackAndHash(
        Checkpoint checkpoint, nint destination, long length, PackPrecision precision, IProgress<long>? progress, CancellationToken cancellationToken) =>
        Pack(checkpoint, new PackTarget(destination, length), precision, isHashed: true, long.MaxValue, progress, cancellationToken);

    /// <summary>What <see cref="Pack(Checkpoint, PackTarget, PackPrecision, bool, long, IProgress{long}?, CancellationToken)"/> reads into.</summary>
    public static PackBuffers Buffers(Checkpoint checkpoint, PackPrecision precision, bool isHashed)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var most = MostReads(PackPlan.For(checkpoint, precision), isHashed);
        return new PackBuffers(most.Within(0).Bytes, most.Bytes);
    }

    /// <param name="isHashed">The answer has each weight file's SHA-256; otherwise it is empty.</param>
    /// <param name="bufferBytes">Memory to read into, at most, as long as it is no less than the least that <see cref="Buffers"/> says.</param>
    public static IReadOnlyDictionary<string, byte[]> Pack(
        Checkpoint checkpoint, PackTarget target, PackPrecision precision, bool isHashed, long bufferBytes, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(target);
        var plan = PackPlan.For(checkpoint, precision);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, plan.Header.TotalBytes);
        cancellationToken.ThrowIfCancellationRequested();

        var sources = plan.Steps.GroupBy(step => checkpoint.FileOf(step.Source)).OrderBy(group => group.Key.Path, StringComparer.Ordinal).ToList();
        var files = new List<LargeFile>();
        var hashes = new List<OrderedHash>();
        try
        {
            files.AddRange(sources.Select(source => LargeFile.Open(source.Key.Path)));
            hashes.AddRange(isHashed ? files.Select(_ => new OrderedHash()) : []);
            var reads = MostReads(plan, isHashed).Within(bufferBytes);
            var blocks = Order([.. sources.Select((source, file) => PackBlock.Of(file, files[file].Length, reads.BlockContent, PiecesOf(source)))]);
            var writer = new ImageWriter(target);
            var done = 0L;
            new PackLanes(files, [.. blocks.Where(block => isHashed || block.Pieces.Count > 0)], reads, isHashed ? hashes : null, Lay).Run(cancellationToken);
            var header = plan.Header;
            writer.Put(header.ManifestOffset, plan.Manifest);
            writer.Put(0, MemoryMarshal.AsBytes(new ReadOnlySpan<ImageHeader>(in header)));
            return hashes.Zip(files).ToDictionary(pair => Path.GetFileName(pair.Second.Path), pair => pair.First.Take(), StringComparer.Ordinal);

            void Lay(PackPiece piece, nint content, nint scratch)
            {
                writer.Put(piece, Bytes(content, piece.Bytes), scratch);
                progress?.Report(Interlocked.Add(ref done, piece.TargetBytes));
            }
        }
        finally
        {
            files.ForEach(file => file.Dispose());
            hashes.ForEach(hash => hash.Dispose());
        }
    }

    private static PackReads MostReads(PackPlan plan, bool isHashed) =>
        PackReads.Most(Pieces(plan).Max(piece => piece.Bytes), checked((int)Pieces(plan).Max(piece => piece.TargetBytes)), isHashed, Environment.ProcessorCount);

    private static IEnumerable<PackPiece> Pieces(PackPlan plan) => plan.Steps.SelectMany(step => PackPiece.Of(step, 0));

    private static IEnumerable<PackPiece> PiecesOf(IGrouping<SafetensorsFile, PackStep> source) =>
        source.SelectMany(step => PackPiece.Of(step, source.Key.PositionOf(step.Source)));

    /// <summary>File after file, as many at a time as there are cores: a file is hashed from its beginning to its end, by one thread after the other.</summary>
    private static IEnumerable<PackBlock> Order(IReadOnlyList<IEnumerable<PackBlock>> files) => files
        .Chunk(Environment.ProcessorCount)
        .SelectMany(some => some.SelectMany(blocks => blocks.Index()).OrderBy(block => block.Index).ThenBy(block => block.Item.File))
        .Select(block => block.Item);

    private static unsafe ReadOnlySpan<byte> Bytes(nint address, int bytes) => new((byte*)address, bytes);
}
