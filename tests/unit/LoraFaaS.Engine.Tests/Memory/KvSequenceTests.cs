using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Memory;

public sealed class KvSequenceTests
{
    [Fact]
    public void Growth_takes_whole_blocks_and_release_gives_every_page_back()
    {
        using var arena = new HostMemory(1 << 20);
        var pool = new PagePool(arena, 16 << 10);
        var store = new KvStore(pool, KvLayout.For(Shapes.Demo, KvDtype.BF16, 16 << 10));
        using var sequence = store.CreateSequence(new OwnerTag(1));

        Assert.True(sequence.TryGrow(1));
        Assert.Equal(16, sequence.Capacity);

        // 6 layers × 4 heads × (key + value) × 16 tokens × 32 channels × 2 bytes = 48 KiB.
        Assert.Equal(3, pool.Used);
        Assert.True(sequence.TryGrow(17));
        Assert.Equal(6, pool.Used);

        sequence.Release();
        Assert.Equal(0, pool.Used);
        Assert.True(sequence.TryGrow(5));
        Assert.Equal(3, pool.Used);
    }

    [Fact]
    public void Growth_beyond_the_pool_is_refused_and_changes_nothing()
    {
        using var arena = new HostMemory(4 * (16 << 10));
        var pool = new PagePool(arena, 16 << 10);
        var store = new KvStore(pool, KvLayout.For(Shapes.Demo, KvDtype.BF16, 16 << 10));
        using var sequence = store.CreateSequence(new OwnerTag(1));
        Assert.True(sequence.TryGrow(16));

        Assert.False(sequence.TryGrow(17));
        Assert.Equal(16, sequence.Capacity);
        Assert.Equal(3, pool.Used);
    }

    [Theory]
    [InlineData(24, KvDtype.BF16, 4 << 10)]
    [InlineData(128, KvDtype.F32, 16 << 10)]
    [InlineData(64, KvDtype.BF16, 64 << 10)]
    public void No_chunk_of_a_block_crosses_a_page(int headDim, KvDtype dtype, int pageBytes)
    {
        var shape = Shapes.Demo with { HeadDim = headDim };
        var layout = KvLayout.For(shape, dtype, pageBytes);
        var chunks = shape.Layers * 2 * shape.KvHeads;

        Assert.InRange(layout.ChunksPerPage * layout.ChunkBytes, 1, pageBytes);
        Assert.InRange(chunks, 1, layout.PagesPerBlock * layout.ChunksPerPage);
        Assert.Equal(chunks, Enumerable.Range(0, shape.Layers).SelectMany(l => Enumerable.Range(0, shape.KvHeads).SelectMany(h =>
            new[] { layout.ChunkOf(l, false, h), layout.ChunkOf(l, true, h) })).Distinct().Count());
    }
}
