using System.Numerics;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.KvCache;

/// <summary>
/// Where a token's key and value lie. A block is 16 tokens through all layers; it takes whole pages. Inside it, one chunk a
/// (layer, key or value, head) never crosses a page. A key chunk is a panel whose rows are the 16 tokens, a value chunk panels whose
/// rows are 16 channels and whose columns are the tokens, so that both attention products run on the same kernels as the weights.
/// </summary>
public sealed record KvLayout
{
    public const int BlockTokens = 16;

    private KvLayout()
    {
    }

    public required PackedDtype Dtype { get; init; }

    public required int Layers { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Head size rounded up to whole panels.</summary>
    public required int PaddedHeadDim { get; init; }

    public required int ChunkBytes { get; init; }

    public required int ChunksPerPage { get; init; }

    public required int PagesPerBlock { get; init; }

    public required int PageBytes { get; init; }

    public static KvLayout For(BackboneShape shape, KvDtype dtype, int pageBytes)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var packed = PackedFor(dtype);
        var padded = PanelLayout.RoundUp(shape.HeadDim);
        var chunkBytes = ChunkBytesFor(shape, dtype);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageBytes, chunkBytes);

        var chunksPerPage = pageBytes / chunkBytes;
        var chunks = shape.Layers * 2 * shape.KvHeads;

        return new KvLayout
        {
            Dtype = packed,
            Layers = shape.Layers,
            KvHeads = shape.KvHeads,
            HeadDim = shape.HeadDim,
            PaddedHeadDim = padded,
            ChunkBytes = chunkBytes,
            ChunksPerPage = chunksPerPage,
            PagesPerBlock = (chunks + chunksPerPage - 1) / chunksPerPage,
            PageBytes = pageBytes,
        };
    }

    /// <summary>The page to use where one is wished for: large enough for a chunk, which heads beyond 512 channels need.</summary>
    public static int PageBytesFor(BackboneShape shape, KvDtype dtype, int wished)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Math.Max(wished, (int)BitOperations.RoundUpToPowerOf2((uint)ChunkBytesFor(shape, dtype)));
    }

    public static int BlocksFor(int tokens) => (tokens + BlockTokens - 1) / BlockTokens;

    public int PagesFor(int tokens) => BlocksFor(tokens) * PagesPerBlock;

    /// <summary>A chunk's number in its block: layer, then keys before values, then head.</summary>
    public int ChunkOf(int layer, bool isValue, int head) => (layer * 2 + (isValue ? 1 : 0)) * KvHeads + head;

    private static int ChunkBytesFor(BackboneShape shape, KvDtype dtype) =>
        BlockTokens * PanelLayout.RoundUp(shape.HeadDim) * PanelLayout.ElementBytes(PackedFor(dtype));

    private static PackedDtype PackedFor(KvDtype dtype) => dtype is KvDtype.BF16 ? PackedDtype.BF16 : PackedDtype.F32;
}
