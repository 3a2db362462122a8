using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Memory;

/// <summary>A pool that grows and shrinks at its end: what is held keeps its content wherever it goes, what is closed reads as zero.</summary>
public sealed class PoolLeaseTests
{
    private const int PageBytes = 4096;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_lives_under_a_changing_lease_lose_nothing_and_show_nothing_of_others(int seed)
    {
        using var arena = new HostMemory(128 * PageBytes);
        var pool = new PagePool(arena, PageBytes, 16 * PageBytes);
        var random = new Random(seed);
        var held = new List<Holding>();

        for (var round = 0; round < 3_000; round++)
        {
            switch (random.Next(6))
            {
                case 0 or 1 when TryRent(pool, random) is { } rented:
                    held.Add(rented);
                    break;
                case 2 or 3 when held.Count > 0:
                    var index = random.Next(held.Count);
                    pool.Return(held[index].Pages);
                    held.RemoveAt(index);
                    break;
                case 4:
                    pool.Grow(Math.Min(pool.Limit, pool.Total + random.Next(24)));
                    break;
                case 5:
                    Shrink(pool, random.Next(pool.Total + 1), held, movesAll: random.Next(4) > 0);
                    break;
            }

            pool.Verify();
            Assert.Equal(held.Sum(holding => holding.Pages.Length), pool.Used);
            Assert.All(held, holding => Assert.All(holding.Pages, page => Assert.Equal(holding.Mark, Content(pool, page)[PageBytes - 1])));
        }
    }

    [Fact]
    public void It_shrinks_to_what_is_held_and_the_closed_end_is_zero()
    {
        using var arena = new HostMemory(64 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var (low, high) = (new PageIndex[8], new PageIndex[8]);
        Assert.True(pool.TryRent(new OwnerTag(1), low));
        Assert.True(pool.TryRent(new OwnerTag(2), new PageIndex[40]));
        Assert.True(pool.TryRent(new OwnerTag(3), high));
        pool.Write(high[0], [9]);
        pool.Return([.. Enumerable.Range(8, 40).Select(page => new PageIndex(page))]);

        var moves = pool.Shrink(0, new HashSet<PageIndex>(high));

        Assert.Equal(16, pool.Total);
        Assert.Equal(16, pool.Used);
        Assert.True(moves.TryFind(high[0], out var to));
        Assert.Equal(9, Content(pool, to)[0]);
        pool.Grow(64);
        Assert.All(Enumerable.Range(16, 48), page => Assert.Equal(-1, Content(pool, new PageIndex(page)).IndexOfAnyExcept((byte)0)));
        pool.Verify();
    }

    [Fact]
    public void What_may_not_move_keeps_the_end_where_it_is()
    {
        using var arena = new HostMemory(16 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var pages = new PageIndex[12];
        Assert.True(pool.TryRent(new OwnerTag(1), pages));
        pool.Return(pages.AsSpan(0, 11));

        Assert.Equal(0, pool.Shrink(2, new HashSet<PageIndex>()).Count);

        Assert.Equal(12, pool.Total);
        Assert.Equal(11, pool.Free);
        pool.Verify();
    }

    [Fact]
    public void A_cached_prefix_is_found_where_its_pages_went()
    {
        var layout = KvLayout.For(Shapes.Demo, KvDtype.BF16, 16 << 10);
        using var arena = new HostMemory(64L * layout.PagesPerBlock * layout.PageBytes);
        var pool = new PagePool(arena, layout.PageBytes);
        var store = new KvStore(pool, layout);
        var cache = new PrefixCache(pool, layout);
        var chain = new BlockChain(BlockKey.Salt([1]));
        chain.Extend([.. Enumerable.Range(0, 2 * KvLayout.BlockTokens)]);
        using var gap = store.CreateSequence(new OwnerTag(1));
        using var sequence = store.CreateSequence(new OwnerTag(2));
        Assert.True(gap.TryGrow(4 * KvLayout.BlockTokens) && sequence.TryGrow(2 * KvLayout.BlockTokens));
        cache.Register(sequence, 0, chain.Keys[0]);
        cache.Register(sequence, 1, chain.Keys[1]);
        var before = sequence.BlockPages(0)[0];
        gap.Release();

        var moves = pool.Shrink(0, sequence.HeldPages.ToHashSet());
        sequence.Follow(moves);
        cache.Follow(moves);

        Assert.NotEqual(before, sequence.BlockPages(0)[0]);
        Assert.Equal(pool.AddressOf(sequence.BlockPages(0)[0]), ReadAddress(sequence.PageTable));
        using var second = store.CreateSequence(new OwnerTag(2));
        Assert.Equal(2, cache.Adopt(second, chain, 2));
        Assert.Equal(sequence.BlockPages(1)[0], second.BlockPages(1)[0]);
        pool.Verify();
    }

    private static Holding? TryRent(PagePool pool, Random random)
    {
        var (pages, mark) = (new PageIndex[random.Next(1, 9)], (byte)random.Next(1, 250));

        if (!pool.TryRent(new OwnerTag(1_000 + (ulong)random.Next(1_000_000)), pages))
        {
            return null;
        }

        foreach (var page in pages)
        {
            Assert.Equal(-1, Content(pool, page).IndexOfAnyExcept((byte)0));
            Content(pool, page).Fill(mark);
        }

        return new Holding(pages, mark);
    }

    private static void Shrink(PagePool pool, int pages, List<Holding> held, bool movesAll)
    {
        var movable = movesAll ? held.SelectMany(holding => holding.Pages).ToHashSet() : held.Where((_, i) => i % 2 == 0).SelectMany(holding => holding.Pages).ToHashSet();
        var moves = pool.Shrink(pages, movable);

        foreach (var holding in held)
        {
            for (var i = 0; i < holding.Pages.Length; i++)
            {
                if (moves.TryFind(holding.Pages[i], out var to))
                {
                    Assert.Contains(holding.Pages[i], movable);
                    holding.Pages[i] = to;
                }
            }
        }

        if (movesAll)
        {
            Assert.Equal(Math.Max(pages, pool.Used), pool.Total);
        }
    }

    private static unsafe Span<byte> Content(PagePool pool, PageIndex page) => new((void*)pool.AddressOf(page), PageBytes);

    private static unsafe nint ReadAddress(nint table) => *(nint*)table;

    private sealed record Holding(PageIndex[] Pages, byte Mark);
}
