using LoraFaaS.Storage.Embedded.Catalogue;
using LoraFaaS.Storage.Embedded.WarmState;
using LoraFaaS.Storage.Postgres.Catalogue;
using LoraFaaS.Storage.Redis;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Storage.Tests;

public sealed class StorageRegistrationTests(PostgresFixture postgres) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_servers_everything_is_embedded_and_kept()
    {
        using (var host = Host(("DataPath", _folder.Path)))
        {
            await host.StartAsync();
            Assert.IsType<EmbeddedCatalogueStore>(host.Services.GetRequiredService<ICatalogueStore>());
            Assert.IsType<InMemoryWarmStateStore>(host.Services.GetRequiredService<IWarmStateStore>());
            await host.Services.GetRequiredService<ICatalogueStore>().CreateFunctionAsync(Sample.Function("f"), CancellationToken.None);
            await host.StopAsync();
            await DisposeAsync(host);
        }

        using var again = Host(("DataPath", _folder.Path));
        await again.StartAsync();
        Assert.Single(await again.Services.GetRequiredService<ICatalogueStore>().ListFunctionsAsync(null, CancellationToken.None));
        await DisposeAsync(again);
    }

    [Fact]
    public async Task With_servers_everything_is_on_them()
    {
        await using var redis = await RedisServer.StartAsync();
        var database = await (await postgres.ServerAsync()).CreateDatabaseAsync();
        using var host = Host(("Postgres", database), ("Redis", redis.Configuration), ("RedisPrefix", $"test-{Guid.NewGuid():N}"));
        await host.StartAsync();

        Assert.IsType<PostgresCatalogueStore>(host.Services.GetRequiredService<ICatalogueStore>());
        Assert.IsType<RedisWarmStateStore>(host.Services.GetRequiredService<IWarmStateStore>());
        var services = host.Services;
        Assert.Equal(0, await services.GetRequiredService<ICatalogueStore>().GetVersionAsync(CancellationToken.None));
        Assert.NotNull(await services.GetRequiredService<ILeaderLease>().TryHoldAsync("c", TimeSpan.FromSeconds(9), CancellationToken.None));
        Assert.Empty(await services.GetRequiredService<IWarmStateStore>().ListWorkersAsync(CancellationToken.None));
        await DisposeAsync(host);
    }

    [Fact]
    public async Task Nowhere_to_keep_things_stops_the_start()
    {
        using var host = Host();

        Assert.Contains("Storage:DataPath", (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_wrong_settings_are_named_at_once()
    {
        using var host = Host(("DataPath", _folder.Path), ("RedisPrefix", "a b"), ("SnapshotAfterBytes", "1"));

        var failures = (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Failures.ToList();

        Assert.Contains(failures, failure => failure.Contains("RedisPrefix", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.Contains("SnapshotAfterBytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folder_in_use_ends_the_start_with_its_own_message()
    {
        using var first = Host(("DataPath", _folder.Path));
        await first.StartAsync();
        using var second = Host(("DataPath", _folder.Path));

        await Assert.ThrowsAsync<StorageStartException>(() => second.StartAsync());

        await DisposeAsync(first);
    }

    private static IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Storage:{setting.Key}", (string?)setting.Value)));
        builder.Services.AddLogging();
        builder.Services.AddLoraFaaSStorage();
        return builder.Build();
    }

    private static ValueTask DisposeAsync(IHost host) => ((IAsyncDisposable)host).DisposeAsync();
}
