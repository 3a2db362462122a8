using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every memory of forecasts does.</summary>
public abstract class ForecastStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Nothing_is_remembered_at_first() =>
        Assert.Null(await _stores.Forecasts.LoadAsync(ForecastMemory.Network, None));

    [Fact]
    public async Task The_newest_content_replaces_the_older_and_heads_are_apart()
    {
        var large = new byte[1_500_000];
        new Random(1).NextBytes(large);
        await _stores.Forecasts.SaveAsync(ForecastMemory.Network, large, None);
        await _stores.Forecasts.SaveAsync(ForecastMemory.Histories, new byte[] { 1, 2, 3 }, None);
        await _stores.Forecasts.SaveAsync(ForecastMemory.Histories, new byte[] { 4 }, None);

        Assert.Equal(large, await _stores.Forecasts.LoadAsync(ForecastMemory.Network, None));
        Assert.Equal([4], await _stores.Forecasts.LoadAsync(ForecastMemory.Histories, None));
    }
}
