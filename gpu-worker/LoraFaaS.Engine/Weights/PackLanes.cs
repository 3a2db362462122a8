using System.Runtime.ExceptionServices;
using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// The threads of a load, one a core. Each has some blocks in flight, and lays them out in the order in which it took them: a disk always has several reads to do, and
/// nobody but who computes waits for a processor. Where hashes are asked for, a block is counted in when its turn has come, and there are some threads more, since
/// most of them wait for theirs.
/// </summary>
/// <param name="hashes">By a file's number; null: none are wanted.</param>
/// <param name="lay">Puts a piece, whose bytes are at an address, into the image.</param>
internal sealed unsafe class PackLanes(
    IReadOnlyList<LargeFile> files, IReadOnlyList<PackBlock> blocks, IReadOnlyList<OrderedHash>? hashes, Action<PackPiece, nint> lay)
{
    /// <summary>Reads in flight, about, of all threads together.</summary>
    private const int ReadsAhead = 8;

    /// <summary>Threads more than cores where turns are waited for.</summary>
    private const int Waiting = 4;

    private int _taken = -1;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Blocks that one of so many threads has in flight, with the one that it lays out.</summary>
    private static int Depth(int lanes) => 1 + Math.Max(1, ReadsAhead / lanes);

    /// <exception cref="IOException">A file was cut short, or the disk fails.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using var cancelling = cancellationToken.Register(GiveUp);
        var count = Math.Min(Environment.ProcessorCount + (hashes is null ? 0 : Waiting), blocks.Count);
        var lanes = Enumerable.Range(0, count)
            .Select(lane => new Thread(() => Work(Depth(count), cancellationToken)) { IsBackground = true, Name = $"backbone-load-{lane}" }).ToArray();
        Array.ForEach(lanes, lane => lane.Start());
        Array.ForEach(lanes, lane => lane.Join());
        _failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Work(int depth, CancellationToken cancellationToken)
    {
        var buffers = Array.Empty<ReadBuffer>();
        try
        {
            // Pages come with the first byte: where all is cached only the last one gets any.
            buffers = [.. Enumerable.Range(0, depth + 1).Select(_ => new ReadBuffer(blocks.Max(Span)))];
            using var reads = new DirectReads(depth);
            Work(depth, buffers, reads, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is belongs to who runs the load, not to this thread.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            GiveUp();
        }
        finally
        {
            Array.ForEach(buffers, buffer => buffer.Dispose());
        }
    }

    private void Work(int depth, ReadBuffer[] buffers, DirectReads reads, CancellationToken cancellationToken)
    {
        var taken = new (PackBlock Block, bool IsCached)[depth];
        var (begun, ended) = (0, 0);
        while (_failure is null && !cancellationToken.IsCancellationRequested)
        {
            while (begun - ended < depth && Interlocked.Increment(ref _taken) is var next && next < blocks.Count)
            {
                var slot = begun++ % depth;
                taken[slot] = (blocks[next], Begin(blocks[next], slot, buffers[slot].Address, reads));
            }

            if (begun == ended)
            {
                return;
            }

            // In the order of the file, or one who waits for its turn to be hashed could wait for what lies behind it in another's row.
            var (block, isCached) = taken[ended % depth];
            End(block, isCached, ended % depth, (isCached ? buffers[^1] : buffers[ended % depth]).Address, reads);
            ended++;
        }
    }

    /// <summary>Whether it is to be copied from the page cache; otherwise it is being read.</summary>
    private bool Begin(PackBlock block, int slot, nint buffer, DirectReads reads)
    {
        var file = files[block.File];
        var isCached = file.IsCached(From(block), Span(block));
        if (!isCached)
        {
            reads.Begin(slot, file, From(block), buffer, Span(block));
        }

        return isCached;
    }

    private void End(PackBlock block, bool isCached, int slot, nint buffer, DirectReads reads)
    {
        var content = buffer + (nint)(block.Start - From(block));
        if (isCached)
        {
            LayCached(files[block.File], block, content);
        }
        else
        {
            reads.End(slot);
            foreach (var piece in block.Pieces)
            {
                lay(piece, content + (nint)(piece.Start - block.Start));
            }
        }

        hashes?[block.File].Append(block.Start, new ReadOnlySpan<byte>((void*)content, (int)(block.End - block.Start)));
    }

    /// <summary>
    /// Piece by piece: what was copied is still in the processor's cache when it is laid out. Who need not keep the block for its hash copies each piece to the same
    /// place, so that a short load does not pay for a buffer's fresh pages.
    /// </summary>
    private void LayCached(LargeFile file, PackBlock block, nint content)
    {
        if (hashes is null)
        {
            foreach (var piece in block.Pieces)
            {
                file.ReadCached(piece.Start, content, piece.Bytes);
                lay(piece, content);
            }

            return;
        }

        var read = block.Start;
        foreach (var piece in block.Pieces)
        {
            ReadTo(piece.End);
            lay(piece, content + (nint)(piece.Start - block.Start));
        }

        ReadTo(block.End);

        void ReadTo(long end)
        {
            if (end > read)
            {
                file.ReadCached(read, content + (nint)(read - block.Start), (int)(end - read));
                read = end;
            }
        }
    }

    private void GiveUp()
    {
        foreach (var hash in hashes ?? [])
        {
            hash.GiveUp();
        }
    }

    private static long From(PackBlock block) => block.Start / LargeFile.Alignment * LargeFile.Alignment;

    /// <summary>Bytes of the aligned read that holds a block.</summary>
    private static int Span(PackBlock block) => checked((int)((block.End - From(block) + LargeFile.Alignment - 1) / LargeFile.Alignment * LargeFile.Alignment));
}
