using LoraFaaS.Storage.Postgres;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.Storage.Tests.Postgres;

public sealed class PostgresOutageTests(PostgresFixture fixture)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Restart_in_the_middle_loses_nothing_that_was_acknowledged()
    {
        await using var server = await PostgresServer.StartOwnAsync();
        await using var storage = PostgresFixture.Connect(await server.CreateDatabaseAsync());
        await storage.PrepareAsync(None);
        var content = new byte[3 << 20];
        new Random(1).NextBytes(content);
        var stored = await storage.Artifacts.PutAsync(new MemoryStream(content), long.MaxValue, None);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteAsync(storage, writer, stop.Token))).ToList();

        await using var reading = await storage.Artifacts.OpenAsync(stored.Digest, None);
        await reading!.Stream.ReadExactlyAsync(new byte[100]);

        for (var crash = 0; crash < 2; crash++)
        {
            var before = await storage.Catalogue.GetVersionAsync(None);
            await Patience.UntilAsync(async token => await storage.Catalogue.GetVersionAsync(token) > before + 20);
            await server.CrashAsync();
            await server.StartAgainAsync();
        }

        var after = await storage.Catalogue.GetVersionAsync(None);
        await Patience.UntilAsync(async token => await storage.Catalogue.GetVersionAsync(token) > after + 20);
        await stop.CancelAsync();
        var acknowledged = (await Task.WhenAll(writers)).SelectMany(names => names).ToList();

        var found = (await storage.Catalogue.ListFunctionsAsync(null, None)).Select(function => function.Id.Name.Value).ToHashSet();
        Assert.Empty(acknowledged.Except(found));
        Assert.Equal(found.Count, await storage.Catalogue.GetVersionAsync(None));
        await reading.Stream.ReadExactlyAsync(new byte[content.Length - 100]);
    }

    [Fact]
    public async Task Server_that_stays_away_is_named()
    {
        await using var server = await PostgresServer.StartOwnAsync();
        await using var storage = new PostgresStorage(
            await server.CreateDatabaseAsync(), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeProvider.System, NullLoggerFactory.Instance);
        await storage.PrepareAsync(None);
        await server.CrashAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Catalogue.GetVersionAsync(None).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Catalogue.CreateFunctionAsync(Sample.Function("f"), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Artifacts.PutAsync(new MemoryStream([1]), 10, None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Lease.TryHoldAsync("c", TimeSpan.FromSeconds(1), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.Usage.AppendAsync(new WorkerId("w"), [Sample.Usage(1)], None));
    }

    [Fact]
    public async Task Start_without_a_server_ends_in_one_line()
    {
        using var nowhere = new TempFolder();
        await using var storage = new PostgresStorage(
            $"Host={nowhere.Path};Username=u;Password=secret", TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeProvider.System, NullLoggerFactory.Instance);

        var refusal = await Assert.ThrowsAsync<StorageStartException>(() => storage.PrepareAsync(None));

        Assert.Contains("Storage:Postgres", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_connection_string_is_named_without_its_content()
    {
        var refusal = Assert.Throws<StorageStartException>(() =>
            new PostgresStorage("Hots=x;Password=secret", TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System, NullLoggerFactory.Instance));

        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_postgres_cannot_hold_is_the_caller_s_mistake()
    {
        await using var stores = await fixture.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => stores.Catalogue.CreateFunctionAsync(Sample.Function("f", text: "a\0b"), None));
    }

    private static async Task<List<string>> WriteAsync(PostgresStorage storage, int writer, CancellationToken stop)
    {
        var acknowledged = new List<string>();

        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var name = $"f-{writer}-{i}";

            try
            {
                if (await storage.Catalogue.CreateFunctionAsync(Sample.Function(name), None) is CatalogueWrite.Done)
                {
                    acknowledged.Add(name);
                }
            }
            catch (StoreUnavailableException)
            {
                // Cut while it committed: not acknowledged.
            }
        }

        return acknowledged;
    }
}
