using LoraFaaS.Storage.Embedded.WarmState;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class InMemoryExpiryTests
{
    [Fact]
    public async Task Heartbeat_prolongs_a_worker_by_its_whole_time_to_live()
    {
        var clock = new FakeTimeProvider();
        var store = new InMemoryWarmStateStore(clock);
        var timeToLive = TimeSpan.FromSeconds(10);

        await store.PutWorkerAsync(Sample.Worker("w"), timeToLive, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(9));
        await store.PutWorkerAsync(Sample.Worker("w"), timeToLive, CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Single(await store.ListWorkersAsync(CancellationToken.None));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await store.ListWorkersAsync(CancellationToken.None));
    }
}
