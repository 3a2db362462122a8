using System.Runtime.ExceptionServices;
using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// The threads of a load. Each takes the next block, reads it, lays it out and, where hashes are asked for, counts it in when its turn has come. There are
/// more than cores, so that a disk always has several reads in flight; but never more than one a core computes.
/// </summary>
/// <param name="hashes">By a file's number; null: none are wanted.</param>
/// <param name="lay">Puts a piece, whose bytes are at an address, into the image.</param>
internal sealed unsafe class PackLanes(
    IReadOnlyList<LargeFile> files, IReadOnlyList<PackBlock> blocks, IReadOnlyList<OrderedHash>? hashes, Action<PackPiece, nint> lay) : IDisposable
{
    /// <summary>Reads in flight beside those whose bytes are being packed.</summary>
    private const int ReadsAhead = 6;

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);
    private int _taken = -1;
    private ExceptionDispatchInfo? _failure;

    /// <exception cref="IOException">A file was cut short, or the disk fails.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using var cancelling = cancellationToken.Register(GiveUp);
        var lanes = Enumerable.Range(0, Math.Min(Environment.ProcessorCount + ReadsAhead, blocks.Count))
            .Select(lane => new Thread(() => Work(cancellationToken)) { IsBackground = true, Name = $"backbone-load-{lane}" }).ToArray();
        Array.ForEach(lanes, lane => lane.Start());
        Array.ForEach(lanes, lane => lane.Join());
        _failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => _cores.Dispose();

    private void Work(CancellationToken cancellationToken)
    {
        try
        {
            using var buffer = new ReadBuffer(blocks.Max(Span));
            while (_failure is null && !cancellationToken.IsCancellationRequested && Interlocked.Increment(ref _taken) is var next && next < blocks.Count)
            {
                Take(blocks[next], buffer.Address);
            }
        }
#pragma warning disable CA1031 // Whatever it is belongs to who runs the load, not to this thread.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
            GiveUp();
        }
    }

    private void Take(PackBlock block, nint buffer)
    {
        var from = block.Start / LargeFile.Alignment * LargeFile.Alignment;
        var bytes = Span(block);
        var content = buffer + (nint)(block.Start - from);
        var file = files[block.File];
        var isCached = file.IsCached(from, bytes);
        if (!isCached)
        {
            file.ReadDirect(from, buffer, bytes);
        }

        _cores.Wait(CancellationToken.None);
        try
        {
            if (isCached)
            {
                LayCached(file, block, content);
            }
            else
            {
                foreach (var piece in block.Pieces)
                {
                    lay(piece, content + (nint)(piece.Start - block.Start));
                }
            }
        }
        finally
        {
            _cores.Release();
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

    /// <summary>Bytes of the aligned read that holds a block.</summary>
    private static int Span(PackBlock block)
    {
        var from = block.Start / LargeFile.Alignment * LargeFile.Alignment;
        return checked((int)((block.End - from + LargeFile.Alignment - 1) / LargeFile.Alignment * LargeFile.Alignment));
    }
}
