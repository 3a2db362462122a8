using System.Runtime.ExceptionServices;
using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// The threads of a load, one a core where there is memory for it. Each has some blocks in flight, and lays them out in the order in which it took them: a disk always has several reads to do, and
/// nobody but who computes waits for a processor. Where hashes are asked for, a block is counted in when its turn has come, and there are some threads more, since
/// most of them wait for theirs.
/// </summary>
/// <param name="reads">How many threads, and what each reads into.</param>
/// <param name="hashes">By a file's number; null: none are wanted.</param>
/// <param name="lay">Puts a piece, whose bytes are at an address, into the image; at the other address is room to make it in.</param>
internal sealed unsafe class PackLanes(
    IReadOnlyList<LargeFile> files, IReadOnlyList<PackBlock> blocks, PackReads reads, IReadOnlyList<OrderedHash>? hashes, Action<PackPiece, nint, nint> lay)
{
    private int _taken = -1;
    private ExceptionDispatchInfo? _failure;

    /// <exception cref="IOException">A file was cut short, or the disk fails.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using var cancelling = cancellationToken.Register(GiveUp);
        var lanes = Enumerable.Range(0, Math.Min(reads.Lanes, blocks.Count))
            .Select(lane => new Thread(() => Work(cancellationToken)) { IsBackground = true, Name = $"backbone-load-{lane}" }).ToArray();
        Array.ForEach(lanes, lane => lane.Start());
        Array.ForEach(lanes, lane => lane.Join());
        _failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Work(CancellationToken cancellationToken)
    {
        var buffers = Array.Empty<ReadBuffer>();
        var direct = new DirectReads(reads.Depth);
        try
        {
            // Pages come with the first byte: where all is cached and nothing hashed, only the last two, which hold a piece, get any.
            var (block, piece) = (blocks.Max(Span), blocks.Max(PieceOf));
            buffers = [.. Enumerable.Range(0, reads.Depth).Select(_ => new ReadBuffer(block)), new ReadBuffer(Math.Max(1, piece)), new ReadBuffer(reads.LaidBytes)];
            Work(buffers, direct, cancellationToken);
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
            // Not disposed: that would be waited for.
            direct.Settle();
            Array.ForEach(buffers, buffer => buffer.Dispose());
        }
    }

    private void Work(ReadBuffer[] buffers, DirectReads direct, CancellationToken cancellationToken)
    {
        var depth = reads.Depth;
        var taken = new (PackBlock Block, bool IsCached)[depth];
        var (begun, ended) = (0, 0);
        while (_failure is null && !cancellationToken.IsCancellationRequested)
        {
            while (MayTake(begun, ended, taken) && Interlocked.Increment(ref _taken) is var next && next < blocks.Count)
            {
                var slot = begun++ % depth;
                taken[slot] = (blocks[next], Begin(blocks[next], slot, buffers[slot].Address, direct));
            }

            if (begun == ended)
            {
                return;
            }

            // In the order of the file, or one who waits for its turn to be hashed could wait for what lies behind it in another's row.
            var (block, isCached) = taken[ended % depth];
            if (isCached && hashes is null)
            {
                LayCached(files[block.File], block, buffers[^2].Address, buffers[^1].Address);
            }
            else
            {
                End(block, isCached, ended % depth, buffers[ended % depth].Address, buffers[^1].Address, direct);
            }

            ended++;
        }
    }

    /// <summary>
    /// Two at first and then one more with each that is laid out: a buffer has its pages when it is first read into, and who waits for those of all has laid nothing out
    /// meanwhile. What is cached needs no head start: taken ahead, it would only be missed at the end by who has nothing left to do.
    /// </summary>
    private static bool MayTake(int begun, int ended, (PackBlock Block, bool IsCached)[] taken) =>
        begun - ended < Math.Min(taken.Length, ended + 2) && (begun == ended || !taken[(begun - 1) % taken.Length].IsCached);

    /// <summary>Whether it is to be copied from the page cache; otherwise it is being read.</summary>
    private bool Begin(PackBlock block, int slot, nint buffer, DirectReads direct)
    {
        var file = files[block.File];
        var isCached = file.IsCached(From(block), Span(block));
        if (!isCached)
        {
            direct.Begin(slot, file, From(block), buffer, Span(block));
        }

        return isCached;
    }

    private void End(PackBlock block, bool isCached, int slot, nint buffer, nint scratch, DirectReads direct)
    {
        var content = buffer + (nint)(block.Start - From(block));
        if (!isCached)
        {
            direct.End(slot);
        }

        var read = isCached ? block.Start : block.End;
        foreach (var piece in block.Pieces)
        {
            ReadTo(piece.End);
            lay(piece, content + (nint)(piece.Start - block.Start), scratch);
        }

        ReadTo(block.End);

        hashes?[block.File].Append(block.Start, new ReadOnlySpan<byte>((void*)content, (int)(block.End - block.Start)));

        void ReadTo(long end)
        {
            if (end > read)
            {
                files[block.File].ReadCached(read, content + (nint)(read - block.Start), (int)(end - read));
                read = end;
            }
        }
    }

    /// <summary>
    /// Each piece to the same place: what was copied is still in the processor's cache when it is laid out, and a short load does not pay for a buffer's fresh pages.
    /// </summary>
    private void LayCached(LargeFile file, PackBlock block, nint buffer, nint scratch)
    {
        foreach (var piece in block.Pieces)
        {
            file.ReadCached(piece.Start, buffer, piece.Bytes);
            lay(piece, buffer, scratch);
        }
    }

    private void GiveUp()
    {
        foreach (var hash in hashes ?? [])
        {
            hash.GiveUp();
        }
    }

    private static int PieceOf(PackBlock block) => block.Pieces.Select(piece => piece.Bytes).DefaultIfEmpty().Max();

    private static long From(PackBlock block) => block.Start / LargeFile.Alignment * LargeFile.Alignment;

    /// <summary>Bytes of the aligned read that holds a block.</summary>
    private static int Span(PackBlock block) => checked((int)((block.End - From(block) + LargeFile.Alignment - 1) / LargeFile.Alignment * LargeFile.Alignment));
}
