using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every secret store does.</summary>
public abstract class SecretStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private DurableStores _stores = null!;

    private ISecretStore Store => _stores.Secrets;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Secret_is_kept_as_it_was_given()
    {
        var secret = Sample.Secret("token.v1");

        Assert.Equal(CatalogueWrite.Done, await Store.CreateAsync(secret, None));
        Assert.Equal(CatalogueWrite.Exists, await Store.CreateAsync(secret with { Generation = 5 }, None));
        Same.As(secret, await Store.FindAsync(secret.Namespace, secret.Name, None));
    }

    [Fact]
    public async Task Update_takes_turns_by_generation()
    {
        var first = Sample.Secret("token");
        Assert.Equal(CatalogueWrite.NotFound, await Store.UpdateAsync(first with { Generation = 2 }, None));
        await Store.CreateAsync(first, None);
        var second = Sample.Secret("token", generation: 2, content: 9);

        Assert.Equal(CatalogueWrite.Done, await Store.UpdateAsync(second, None));
        Assert.Equal(CatalogueWrite.Stale, await Store.UpdateAsync(second, None));
        Same.As(second, await Store.FindAsync(first.Namespace, first.Name, None));
    }

    [Fact]
    public async Task Deleted_secret_is_gone()
    {
        var secret = Sample.Secret("token");
        await Store.CreateAsync(secret, None);

        Assert.Equal(CatalogueWrite.Done, await Store.DeleteAsync(secret.Namespace, secret.Name, None));
        Assert.Equal(CatalogueWrite.NotFound, await Store.DeleteAsync(secret.Namespace, secret.Name, None));
        Assert.Null(await Store.FindAsync(secret.Namespace, secret.Name, None));
        Assert.Empty(await Store.ListAsync(null, None));
    }

    [Fact]
    public async Task One_name_in_two_namespaces_is_two_secrets_listed_in_order()
    {
        foreach (var (name, space) in ((string, string)[])[("b", "team-a"), ("a", "team-a"), ("a", "team"), ("a.b", "team")])
        {
            Assert.Equal(CatalogueWrite.Done, await Store.CreateAsync(Sample.Secret(name, space), None));
        }

        Assert.Equal(["team/a", "team/a.b", "team-a/a", "team-a/b"], Names(await Store.ListAsync(null, None)));
        Assert.Equal(["team-a/a", "team-a/b"], Names(await Store.ListAsync(new NamespaceName("team-a"), None)));
    }

    private static IEnumerable<string> Names(IReadOnlyList<SecretRecord> secrets) => secrets.Select(secret => $"{secret.Namespace}/{secret.Name}");
}
