using LoraFaaS.Storage.Redis;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.Storage.Tests.Redis;

public sealed class RedisOutageTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Restart_is_survived_and_watchers_are_told_to_read_all_again()
    {
        await using var server = await RedisServer.StartOwnAsync();
        using var store = RedisFixture.Connect(server.Configuration, "test");
        await using var watch = store.WatchAsync(None).GetAsyncEnumerator(None);
        Assert.Equal(new WarmNotice.Everything(), await NextAsync(watch));
        await store.PutWorkerAsync(Sample.Worker("w-1"), Long, None);

        await server.CrashAsync();
        await Assert.ThrowsAsync<WarmStateUnavailableException>(() => store.PutWorkerAsync(Sample.Worker("w-1"), Long, None));
        await Assert.ThrowsAsync<WarmStateUnavailableException>(() => store.ListWorkersAsync(None).AsTask());
        await Assert.ThrowsAsync<WarmStateUnavailableException>(() => store.PublishAsync(new WarmNotice.Catalogue(), None));
        await server.StartAgainAsync();

        Assert.Equal(new WarmNotice.Everything(), await NextAsync(watch));
        await Patience.UntilAsync(token => SucceedsAsync(() => store.PutWorkerAsync(Sample.Worker("w-2"), Long, token)));
        Assert.Equal("w-2", Assert.Single(await store.ListWorkersAsync(None)).Id.Value);
        await store.PublishAsync(new WarmNotice.Catalogue(), None);
        await UntilAsync(watch, new WarmNotice.Catalogue());
    }

    [Fact]
    public async Task Controller_that_starts_first_finds_redis_later()
    {
        await using var server = await RedisServer.StartOwnAsync();
        await server.CrashAsync();
        using var store = RedisFixture.Connect(server.Configuration, "test");
        await using var watch = store.WatchAsync(None).GetAsyncEnumerator(None);
        await Assert.ThrowsAsync<WarmStateUnavailableException>(() => store.AddInvocationsAsync(Sample.Id("f"), 1, None));
        var first = watch.MoveNextAsync().AsTask();

        await server.StartAgainAsync();

        Assert.True(await Patience.ForAsync(first));
        await store.PublishAsync(new WarmNotice.Catalogue(), None);
        await UntilAsync(watch, new WarmNotice.Catalogue());
        Assert.Empty(await store.ListWorkersAsync(None));
    }

    [Fact]
    public void Unreadable_configuration_is_named() =>
        Assert.Contains(
            "Storage:Redis",
            Assert.Throws<StorageStartException>(() => RedisConnection.Open("host:6379,no=such", TimeSpan.FromSeconds(1), TimeProvider.System)).Message,
            StringComparison.Ordinal);

    private static async Task<bool> SucceedsAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (WarmStateUnavailableException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(IAsyncEnumerator<WarmNotice> watch, WarmNotice expected)
    {
        while (await NextAsync(watch) != expected)
        {
        }
    }

    private static async Task<WarmNotice> NextAsync(IAsyncEnumerator<WarmNotice> watch)
    {
        Assert.True(await Patience.ForAsync(watch.MoveNextAsync().AsTask()));
        return watch.Current;
    }
}
