using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Packs an adapter into a segment, on all load threads side by side: several wait for the disk and for fresh pages at once.</summary>
internal sealed class AdapterFiller(LoadThreads threads)
{
    /// <param name="name">Of the segment.</param>
    /// <param name="artifact">The open file.</param>
    /// <param name="weights">What of it is packed.</param>
    /// <param name="backbone">It is packed for.</param>
    /// <param name="bytes">Of the packed image.</param>
    /// <param name="foundAt">Where the file was.</param>
    /// <param name="offer">Who would take it before it is whole.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SealedMemory> FillAsync(
        string name, AdapterArtifact artifact, AdapterWeights weights, ModelConfig backbone, long bytes, StorageTier foundAt, DraftOffer? offer, CancellationToken cancellationToken)
    {
        using var memory = UnsealedMemory.Create(name, bytes);
        var draft = offer is { IsWanted: true } ? new AdapterDraft(memory, threads.Count, foundAt) : null;

        if (draft is not null)
        {
            offer!.Begin(draft);
        }

        await Task.WhenAll(Enumerable.Range(0, threads.Count).Select(part => threads.RunAsync(
            () =>
            {
                AdapterPacker.PackPart(weights, artifact.Tensors, backbone, part, threads.Count, WriteTo(memory, draft), cancellationToken, ReachedBy(part, draft, offer));
                return true;
            },
            cancellationToken)));

        return memory.Seal();
    }

    /// <summary>Laid in the processor's cache and written as to a file: that zeroes no page that it fills, and maps none. What others read already is closed to such writes, and is filled through its mapping.</summary>
    private static ImageWrite WriteTo(UnsealedMemory memory, AdapterDraft? draft) => draft is null
        ? (piece, offset) => RandomAccess.Write(memory.Descriptor, piece, offset)
        : (piece, offset) => Lay(memory.Memory, piece, offset);

    /// <summary>Its pages at once, without a fault for each. A page that two pieces share is the other's too: giving it its memory again changes nothing.</summary>
    private static void Lay(MappedMemory memory, ReadOnlySpan<byte> piece, long offset)
    {
        var first = offset / Environment.SystemPageSize * Environment.SystemPageSize;
        memory.Advise(MemoryAdvice.PopulateWrite, first, offset + piece.Length - first);
        piece.CopyTo(memory.Span(offset, piece.Length));
    }

    private static ImageReached? ReachedBy(int part, AdapterDraft? draft, DraftOffer? offer) => draft is null
        ? null
        : reached =>
        {
            if (draft.Reach(part, reached))
            {
                offer!.Offer();
            }
        };
}
