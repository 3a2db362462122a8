using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class LruBookTests
{
    [Fact]
    public void The_least_recently_used_leaves_first()
    {
        var book = new LruBook<string>();
        book.Add("a", 1);
        book.Add("b", 2);
        Assert.True(book.TryUse("a"));
        book.EndUse("a");

        Assert.True(book.TryEvict(out var leaving));

        Assert.Equal("b", leaving);
        Assert.Equal(1, book.Bytes);
    }

    [Fact]
    public void One_that_is_to_leave_is_out_with_its_last_user_and_nobody_new_comes_to_it()
    {
        var book = new LruBook<string>();
        book.Add("a", 4);
        Assert.True(book.TryUse("a"));
        Assert.True(book.TryUse("a"));

        Assert.False(book.Leave("a"));
        Assert.Null(book.Leave("a"));
        Assert.False(book.Contains("a"));
        Assert.False(book.TryUse("a"));
        Assert.Empty(book.Entries);
        Assert.Equal(4, book.Bytes);
        Assert.False(book.EndUse("a"));
        Assert.True(book.EndUse("a"));
        Assert.Equal(0, book.Bytes);
        Assert.Null(book.Leave("a"));
    }

    [Fact]
    public void One_in_use_never_leaves()
    {
        var book = new LruBook<string>();
        book.Add("a", 1);
        Assert.True(book.TryUse("a"));

        Assert.False(book.TryEvict(out _));
        Assert.False(book.TryRemove("a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bytes_are_those_of_the_entries_whatever_happens(int seed)
    {
        var random = new Random(seed);
        var book = new LruBook<int>();
        var used = new Dictionary<int, int>();

        for (var i = 0; i < 20_000; i++)
        {
            var key = random.Next(20);

            switch (random.Next(4))
            {
                case 0 when !book.Contains(key):
                    book.Add(key, random.Next(100));
                    break;
                case 1 when book.TryUse(key):
                    used[key] = used.GetValueOrDefault(key) + 1;
                    break;
                case 2 when used.GetValueOrDefault(key) > 0:
                    book.EndUse(key);
                    used[key]--;
                    break;
                case 3 when book.TryEvict(out var leaving):
                    Assert.Equal(0, used.GetValueOrDefault(leaving));
                    break;
            }

            Assert.Equal(book.Entries.Sum(entry => entry.Bytes), book.Bytes);
        }
    }
}
