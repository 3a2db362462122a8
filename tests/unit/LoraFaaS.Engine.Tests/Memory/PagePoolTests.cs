using LoraFaaS.Engine.Cpu.Memory;
using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.Tests.Memory;

public sealed class PagePoolTests
{
    private const int PageBytes = 4096;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_rents_shares_and_returns_never_hand_a_page_out_twice_nor_show_another_owners_bytes(int seed)
    {
        using var arena = new HostMemory(97 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var random = new Random(seed);
        var rented = new List<(OwnerTag Owner, PageIndex[] Pages)>();

        for (var round = 0; round < 3_000; round++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    Rent(pool, rented, random);
                    break;
                case 2 when rented.Count > 0:
                    var shared = rented[random.Next(rented.Count)];
                    pool.Share(shared.Pages);
                    rented.Add(shared);
                    break;
                case 3 or 4 when rented.Count > 0:
                    var index = random.Next(rented.Count);
                    pool.Return(rented[index].Pages);
                    rented.RemoveAt(index);
                    break;
            }

            pool.Verify();
            Assert.Equal(rented.SelectMany(r => r.Pages).Distinct().Count(), pool.Used);
        }

        rented.ForEach(r => pool.Return(r.Pages));
        pool.Verify();
        Assert.Equal(pool.Total, pool.Free);
    }

    [Fact]
    public void A_request_the_pool_cannot_meet_takes_nothing()
    {
        using var arena = new HostMemory(4 * PageBytes);
        var pool = new PagePool(arena, PageBytes);

        Assert.False(pool.TryRent(new OwnerTag(1), new PageIndex[5]));
        Assert.Equal(4, pool.Free);
    }

    [Fact]
    public void A_page_returned_twice_is_refused()
    {
        using var arena = new HostMemory(4 * PageBytes);
        var pool = new PagePool(arena, PageBytes);
        var pages = new PageIndex[1];
        Assert.True(pool.TryRent(new OwnerTag(1), pages));
        pool.Return(pages);

        Assert.Throws<InvalidOperationException>(() => pool.Return(pages));
        Assert.Throws<InvalidOperationException>(() => pool.Share(pages));
    }

    private static unsafe void Rent(PagePool pool, List<(OwnerTag Owner, PageIndex[] Pages)> rented, Random random)
    {
        var owner = new OwnerTag((ulong)random.Next(1, 4));
        var pages = new PageIndex[random.Next(1, 12)];
        var free = pool.Free;
        var got = pool.TryRent(owner, pages);
        Assert.Equal(free >= pages.Length, got);
        if (!got)
        {
            return;
        }

        foreach (var page in pages)
        {
            // Each owner writes its own tag, so what is found is zero or one's own.
            var content = new Span<byte>((void*)pool.AddressOf(page), PageBytes);
            Assert.True(content.IndexOfAnyExcept((byte)0) < 0 || content.IndexOfAnyExcept((byte)owner.Value) < 0);
            content.Fill((byte)owner.Value);
        }

        rented.Add((owner, pages));
    }
}
