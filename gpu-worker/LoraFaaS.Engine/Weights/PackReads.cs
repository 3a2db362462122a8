using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// What a load reads with: threads, the blocks that each has in flight (with the one that it lays out), and the bytes of a block. All of it is memory beside the image, so
/// it is made smaller where there is less: fewer blocks ahead cost a disk some of its rate, and nothing else.
/// </summary>
/// <param name="Lanes">Threads.</param>
/// <param name="Depth">Blocks of a thread.</param>
/// <param name="BlockBytes">Of a direct read, the rest of a page at each end included.</param>
/// <param name="PieceBytes">The largest piece, which is never cut.</param>
/// <param name="LaidBytes">The largest piece as it is in the image.</param>
internal readonly record struct PackReads(int Lanes, int Depth, int BlockBytes, int PieceBytes, int LaidBytes)
{
    /// <summary>Large enough that a read's own price is nothing beside the bytes, and what disks take at once; small enough that a few in flight keep all cores busy.</summary>
    private const int LargeBlock = 4 << 20;

    /// <summary>Where memory is short.</summary>
    private const int SmallBlock = 1 << 20;

    /// <summary>Reads in flight, about, of all threads together.</summary>
    private const int Ahead = 8;

    /// <summary>Threads more than cores where turns are waited for, which most of them do.</summary>
    private const int Waiting = 4;

    /// <summary>Bytes of all buffers. A piece that is larger than a block is a block.</summary>
    public long Bytes => Lanes * (((long)Depth * Math.Max(BlockBytes, Content(PieceBytes) + BlockEnds)) + Content(PieceBytes) + Content(LaidBytes));

    /// <summary>Bytes of the file that a block holds, at most: it begins where a tensor does and not where a page does.</summary>
    public int BlockContent => BlockBytes - BlockEnds;

    private static int BlockEnds => 2 * LargeFile.Alignment;

    /// <summary>The most that is of use.</summary>
    /// <param name="pieceBytes">The largest piece.</param>
    /// <param name="laidBytes">The largest in the image.</param>
    /// <param name="isHashed">Blocks wait for their turn to be hashed.</param>
    /// <param name="processors">Cores of the machine.</param>
    public static PackReads Most(int pieceBytes, int laidBytes, bool isHashed, int processors)
    {
        var lanes = processors + (isHashed ? Waiting : 0);
        return new PackReads(lanes, 1 + Math.Max(1, Ahead / lanes), LargeBlock, pieceBytes, laidBytes);
    }

    /// <summary>The same, or as much of it as so many bytes hold; never less than a thread with a small block.</summary>
    public PackReads Within(long bytes)
    {
        var reads = this;

        while (reads.Bytes > bytes && reads.Smaller() is { } smaller)
        {
            reads = smaller;
        }

        return reads;
    }

    /// <summary>Blocks ahead go first, then threads, then the size of a block. Null: it is the least.</summary>
    private PackReads? Smaller() => this switch
    {
        { Depth: > 2 } => this with { Depth = Depth - 1 },
        { Lanes: > 1 } => this with { Lanes = Lanes - 1 },
        { BlockBytes: > SmallBlock } => this with { BlockBytes = SmallBlock },
        { Depth: > 1 } => this with { Depth = 1 },
        _ => null,
    };

    /// <summary>Whole pages.</summary>
    private static int Content(int bytes) => (bytes + LargeFile.Alignment - 1) / LargeFile.Alignment * LargeFile.Alignment;
}
