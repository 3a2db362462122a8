using LoraFaaS.Storage.Embedded.WarmState;

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Warm state in memory; both views are the one store.</summary>
public sealed class InMemoryFixture : IWarmFixture
{
    public Task<WarmStores> OpenAsync()
    {
        var clock = new FakeTimeProvider();
        var store = new InMemoryWarmStateStore(clock);

        return Task.FromResult(new WarmStores(store, store, clock.Advance, () => { }));
    }
}
