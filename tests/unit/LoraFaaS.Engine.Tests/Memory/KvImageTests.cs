using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Memory;

public sealed class KvImageTests
{
    private const int Blocks = 3;
    private const string Kernels = "cpu/avx512";

    private static readonly KvLayout Layout = KvLayout.For(Shapes.Demo, KvDtype.BF16, 16 << 10);
    private static readonly BlockKey Last = BlockKey.Salt([1, 2, 3]);

    [Fact]
    public void What_was_written_is_read_into_other_pages()
    {
        using var arena = new HostMemory(32 * Layout.PagesPerBlock * (long)Layout.PageBytes);
        var pool = new PagePool(arena, Layout.PageBytes);
        var store = new KvStore(pool, Layout);
        using var from = store.CreateSequence(new OwnerTag(1));
        using var to = store.CreateSequence(new OwnerTag(2));
        Assert.True(from.TryGrow((Blocks + 1) * KvLayout.BlockTokens));
        Assert.True(to.TryGrow(Blocks * KvLayout.BlockTokens));
        var random = new Random(3);
        var content = Enumerable.Range(0, (Blocks + 1) * Layout.PagesPerBlock).Select(_ => new byte[Layout.PageBytes]).ToList();

        for (var page = 0; page < content.Count; page++)
        {
            random.NextBytes(content[page]);
            pool.Write(from.BlockPages(page / Layout.PagesPerBlock)[page % Layout.PagesPerBlock], content[page]);
        }

        var image = new byte[KvImage.Measure(Layout, Blocks)];
        KvImage.Write(image, pool, Layout, from, Blocks, Last, Kernels);
        Assert.True(KvImage.Is(image, Layout, Blocks, Last, Kernels));
        KvImage.Read(image, pool, Layout, to, Blocks);

        for (var page = 0; page < Blocks * Layout.PagesPerBlock; page++)
        {
            var there = new byte[Layout.PageBytes];
            pool.Read(to.BlockPages(page / Layout.PagesPerBlock)[page % Layout.PagesPerBlock], there);
            Assert.Equal(content[page], there);
        }
    }

    [Fact]
    public void It_is_of_these_blocks_these_kernels_and_this_layout_alone()
    {
        using var arena = new HostMemory(8 * Layout.PagesPerBlock * (long)Layout.PageBytes);
        var pool = new PagePool(arena, Layout.PageBytes);
        using var kv = new KvStore(pool, Layout).CreateSequence(new OwnerTag(1));
        Assert.True(kv.TryGrow(Blocks * KvLayout.BlockTokens));
        var image = new byte[KvImage.Measure(Layout, Blocks)];
        KvImage.Write(image, pool, Layout, kv, Blocks, Last, Kernels);

        Assert.True(KvImage.Is([.. image, 0], Layout, Blocks, Last, Kernels));
        Assert.False(KvImage.Is(image, Layout, Blocks - 1, Last, Kernels));
        Assert.False(KvImage.Is(image, Layout, Blocks, BlockKey.Salt([1, 2, 4]), Kernels));
        Assert.False(KvImage.Is(image, Layout, Blocks, Last, "cpu/avx2"));
        Assert.False(KvImage.Is(image, KvLayout.For(Shapes.Demo, KvDtype.F32, 16 << 10), Blocks, Last, Kernels));
        Assert.False(KvImage.Is(image.AsSpan(0, image.Length - 1), Layout, Blocks, Last, Kernels));
        Assert.False(KvImage.Is([], Layout, Blocks, Last, Kernels));
    }
}
