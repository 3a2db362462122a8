using System.Runtime.InteropServices;
using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.KvCache;

/// <summary>
/// The keys and values of a sequence's first blocks as one piece of memory: a head that names what they are, and page after page as the pool holds them. The name is that of the last
/// block (<see cref="BlockKey"/>): backbone, revision, adapter and every token up to it are in it. Beside it stand the layout and the kernels, since other kernels' numbers, or another
/// layout's, would be read as if they were ours.
/// </summary>
public static class KvImage
{
    private const int HeadBytes = 128;
    private const ulong Magic = 0x3147_4D49_564B_464C; // "LFKVIMG1"

    public static long Measure(KvLayout layout, int blocks)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return HeadBytes + ((long)blocks * layout.PagesPerBlock * layout.PageBytes);
    }

    /// <summary>Copies so many blocks out of the pool.</summary>
    /// <param name="image">At least as large as <see cref="Measure"/> says.</param>
    /// <param name="pool">Holds the sequence's pages.</param>
    /// <param name="layout">Of keys and values.</param>
    /// <param name="sequence">Has computed them.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="last">Names the last of them.</param>
    /// <param name="kernels">What they were computed with.</param>
    public static void Write(Span<byte> image, PagePool pool, KvLayout layout, KvSequence sequence, int blocks, BlockKey last, string kernels)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(sequence);
        Head(layout, blocks, last, kernels).CopyTo(MemoryMarshal.Cast<byte, ulong>(image[..HeadBytes]));
        var rest = image[HeadBytes..];

        for (var block = 0; block < blocks; block++)
        {
            foreach (var page in sequence.BlockPages(block))
            {
                pool.Read(page, rest[..layout.PageBytes]);
                rest = rest[layout.PageBytes..];
            }
        }
    }

    /// <summary>True: the image is of exactly these blocks.</summary>
    public static bool Is(ReadOnlySpan<byte> image, KvLayout layout, int blocks, BlockKey last, string kernels) =>
        image.Length >= Measure(layout, blocks) && MemoryMarshal.Cast<byte, ulong>(image[..HeadBytes]).SequenceEqual(Head(layout, blocks, last, kernels));

    /// <summary>Copies the blocks of an image, which was asked whether it <see cref="Is"/>, into a sequence that has room for them.</summary>
    public static void Read(ReadOnlySpan<byte> image, PagePool pool, KvLayout layout, KvSequence sequence, int blocks)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(sequence);
        var rest = image[HeadBytes..];

        for (var block = 0; block < blocks; block++)
        {
            foreach (var page in sequence.BlockPages(block))
            {
                pool.Write(page, rest[..layout.PageBytes]);
                rest = rest[layout.PageBytes..];
            }
        }
    }

    private static ReadOnlySpan<ulong> Head(KvLayout layout, int blocks, BlockKey last, string kernels)
    {
        var with = BlockKey.Salt(MemoryMarshal.AsBytes(kernels.AsSpan()));

        return new ulong[HeadBytes / sizeof(ulong)]
        {
            Magic, (ulong)layout.Dtype, (ulong)layout.Layers, (ulong)layout.KvHeads, (ulong)layout.HeadDim, (ulong)layout.PagesPerBlock, (ulong)layout.PageBytes,
            (ulong)blocks, last.A, last.B, last.C, last.D, with.A, with.B, with.C, with.D,
        };
    }
}
