using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.Tests.Memory;

/// <summary>Pages kept for their content count as free, come back only as they were, and leave the longest unused first.</summary>
public sealed class KeptPagesTests
{
    private const int PageBytes = 4096;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_lives_of_kept_pages_lose_none_and_never_show_what_another_wrote(int seed)
    {
        using var arena = new HostMemory(61 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var random = new Random(seed);
        var held = new List<PageIndex[]>();
        var kept = new List<(PageIndex[] Pages, int[] Versions, byte Mark)>();

        for (var round = 0; round < 4_000; round++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var pages = new PageIndex[random.Next(1, 5)];

                    if (!pool.TryRent(new OwnerTag(1 + (ulong)random.Next(3)), pages))
                    {
                        Assert.True(pool.Free < pages.Length);
                        break;
                    }

                    var (versions, mark) = (new int[pages.Length], (byte)random.Next(1, 256));

                    foreach (var page in pages)
                    {
                        pool.Write(page, [mark]);
                    }

                    held.Add(pages);

                    if (random.Next(2) == 0)
                    {
                        pool.Keep(pages, versions);
                        kept.Add((pages, versions, mark));
                    }

                    break;
                case 1 when kept.Count > 0:
                    var wanted = kept[random.Next(kept.Count)];

                    if (pool.TryRevive(wanted.Pages, wanted.Versions))
                    {
                        Assert.All(wanted.Pages, page => Assert.Equal(wanted.Mark, FirstByte(pool, page)));
                        held.Add(wanted.Pages);
                    }
                    else
                    {
                        kept.Remove(wanted);
                    }

                    break;
                case 2 or 3 when held.Count > 0:
                    var index = random.Next(held.Count);
                    pool.Return(held[index]);
                    held.RemoveAt(index);
                    break;
            }

            pool.Verify();
            Assert.Equal(held.SelectMany(pages => pages).Distinct().Count(), pool.Used);
        }

        held.ForEach(pages => pool.Return(pages));
        pool.Verify();
        Assert.Equal(pool.Total, pool.Free);
    }

    [Fact]
    public void The_longest_unused_goes_first_and_of_one_holder_the_last_page()
    {
        using var arena = new HostMemory(4 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var (first, second, versions) = (Rent(pool, 2), Rent(pool, 2), new int[2]);
        pool.Keep(first, versions);
        var firstVersions = versions.ToArray();
        pool.Keep(second, versions);
        pool.Return(first);
        pool.Return(second);

        Assert.Equal(4, pool.Free);
        Rent(pool, 1);
        Assert.True(pool.TryRevive(first.AsSpan(0, 1), firstVersions.AsSpan(0, 1)));
        Assert.False(pool.TryRevive(first.AsSpan(1), firstVersions.AsSpan(1)));
        Assert.True(pool.TryRevive(second, versions));
        Assert.Equal(0, pool.Free);
    }

    [Fact]
    public void A_kept_page_is_cleared_before_another_owner_gets_it()
    {
        using var arena = new HostMemory(PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var mine = Rent(pool, 1);
        pool.Write(mine[0], [7]);
        pool.Keep(mine, new int[1]);
        pool.Return(mine);

        var theirs = new PageIndex[1];
        Assert.True(pool.TryRent(new OwnerTag(2), theirs));
        Assert.Equal(0, FirstByte(pool, theirs[0]));
    }

    private static PageIndex[] Rent(PagePool pool, int count)
    {
        var pages = new PageIndex[count];
        Assert.True(pool.TryRent(new OwnerTag(1), pages));
        return pages;
    }

    private static unsafe byte FirstByte(PagePool pool, PageIndex page) => *(byte*)pool.AddressOf(page);
}
