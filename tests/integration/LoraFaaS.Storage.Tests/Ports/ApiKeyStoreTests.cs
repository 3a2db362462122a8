using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every key store does.</summary>
public abstract class ApiKeyStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private IApiKeyStore Store => _stores.Keys;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Key_is_kept_as_it_was_given()
    {
        Assert.Equal(CatalogueWrite.Done, await Store.CreateAsync(Sample.Key(1), None));
        Assert.Equal(CatalogueWrite.Exists, await Store.CreateAsync(Sample.Key(1), None));
        Same.As(Sample.Key(1), await Store.FindAsync(Sample.Key(1).Id, None));
        Assert.Null(await Store.FindAsync(Sample.Key(2).Id, None));
    }

    [Fact]
    public async Task Update_takes_turns_by_generation()
    {
        Assert.Equal(CatalogueWrite.NotFound, await Store.UpdateAsync(Sample.Key(1, 2), None));
        await Store.CreateAsync(Sample.Key(1), None);

        Assert.Equal(CatalogueWrite.Done, await Store.UpdateAsync(Sample.Key(1, 2, "renamed"), None));
        Assert.Equal(CatalogueWrite.Stale, await Store.UpdateAsync(Sample.Key(1, 2), None));
        Assert.Equal("renamed", (await Store.FindAsync(Sample.Key(1).Id, None))!.Name);
    }

    [Fact]
    public async Task Every_write_that_is_done_raises_the_version_by_one()
    {
        Assert.Equal(0, await Store.GetVersionAsync(None));
        await Store.CreateAsync(Sample.Key(2), None);
        await Store.CreateAsync(Sample.Key(1), None);
        await Store.CreateAsync(Sample.Key(1), None);
        Assert.Equal(2, await Store.GetVersionAsync(None));
        Assert.Equal([Sample.Key(1).Id, Sample.Key(2).Id], (await Store.ListAsync(None)).Select(key => key.Id));

        Assert.Equal(CatalogueWrite.Done, await Store.DeleteAsync(Sample.Key(1).Id, None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteAsync(Sample.Key(1).Id, None));
        Assert.Equal(3, await Store.GetVersionAsync(None));
        Assert.Single(await Store.ListAsync(None));
    }
}
