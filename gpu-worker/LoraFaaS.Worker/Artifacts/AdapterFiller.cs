using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Packs an adapter into a segment, on all load threads side by side: several wait for the disk and for fresh pages at once.</summary>
internal sealed class AdapterFiller(LoadThreads threads, SegmentAtHand atHand)
{
    /// <param name="name">Of the segment, where it has to be made.</param>
    /// <param name="packing">The adapter's.</param>
    /// <param name="foundAt">Where the file was.</param>
    /// <param name="offer">Who would take it before it is whole.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SealedMemory> FillAsync(string name, AdapterPacking packing, StorageTier foundAt, DraftOffer? offer, CancellationToken cancellationToken)
    {
        var ready = atHand.TryTake(packing.Bytes);
        using var memory = ready ?? UnsealedMemory.Create(name, packing.Bytes);
        var draft = offer is { IsWanted: true } ? new AdapterDraft(memory, foundAt) : null;

        if (draft is not null)
        {
            offer!.Begin(draft);
        }

        var write = WriteTo(memory, draft, hasPages: ready is not null);
        var reached = ReachedBy(draft, offer);
        var packed = Task.WhenAll(Enumerable.Range(0, threads.Count).Select(_ => threads.RunAsync(
            () =>
            {
                packing.Run(write, cancellationToken, reached);
                return true;
            },
            cancellationToken)));

        // A thread that only comes when all is done finds nothing to do, and is not waited for. Where a piece failed everybody's end is: the memory goes then.
        if (await Task.WhenAny(packing.Whole, packed) == packed)
        {
            await packed;
        }

        return memory.Seal();
    }

    /// <summary>
    /// Into pages that are there already; else laid in the processor's cache and written as to a file: that zeroes no page that it fills, and maps none. What others read already is closed to such writes, and
    /// is filled through its mapping.
    /// </summary>
    private static ImageWrite WriteTo(UnsealedMemory memory, AdapterDraft? draft, bool hasPages)
    {
        if (hasPages)
        {
            return (piece, offset) => piece.CopyTo(memory.Memory.Span(offset, piece.Length));
        }

        return draft is null
            ? (piece, offset) => RandomAccess.Write(memory.Descriptor, piece, offset)
            : (piece, offset) => Lay(memory.Memory, piece, offset);
    }

    /// <summary>Its pages at once, without a fault for each. A page that two pieces share is the other's too: giving it its memory again changes nothing.</summary>
    private static void Lay(MappedMemory memory, ReadOnlySpan<byte> piece, long offset)
    {
        var first = offset / Environment.SystemPageSize * Environment.SystemPageSize;
        memory.Advise(MemoryAdvice.PopulateWrite, first, offset + piece.Length - first);
        piece.CopyTo(memory.Span(offset, piece.Length));
    }

    private static ImageReached? ReachedBy(AdapterDraft? draft, DraftOffer? offer) => draft is null
        ? null
        : there =>
        {
            if (draft.Reach(there))
            {
                offer!.Offer();
            }
        };
}
