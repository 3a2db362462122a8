using LoraFaaS.Storage.Postgres;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Servers;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>One server for all tests, started when the first needs it; a database for each test, copied from a migrated one.</summary>
public sealed class PostgresFixture : IDurableFixture, IAsyncDisposable
{
    private readonly SemaphoreSlim _copying = new(1);
    private readonly Lock _lock = new();
    private Task<(PostgresServer Server, string Template)>? _started;

    public async Task<PostgresServer> ServerAsync() => (await StartedAsync()).Server;

    public async Task<DurableStores> OpenAsync()
    {
        var (server, template) = await StartedAsync();
        string connectionString;

        // One copy of a template at a time is what Postgres allows.
        await _copying.WaitAsync();

        try
        {
            connectionString = await server.CreateDatabaseAsync(template);
        }
        finally
        {
            _copying.Release();
        }

        var storage = Connect(connectionString);

        return new DurableStores(
            storage.Catalogue,
            storage.Usage,
            storage.Artifacts,
            storage.Lease,
            storage.Secrets,
            storage.Keys,
            storage.Audit,
            storage.Async,
            storage.Forecasts,
            storage.Plans,
            storage.Holdings,
            time => ExecuteAsync(
                connectionString,
                """
                WITH calls AS (UPDATE async_calls SET due_at = due_at - @time, finished_at = finished_at - @time)
                UPDATE leader_lease SET expires_at = expires_at - @time
                """,
                new NpgsqlParameter("time", time)),
            digest => ExecuteAsync(
                connectionString,
                "UPDATE artifact_chunks SET content = set_byte(content, 0, 255 - get_byte(content, 0)) WHERE upload = (SELECT upload FROM artifacts WHERE digest = @digest)",
                new NpgsqlParameter("digest", digest.Value)),
            digest => ExecuteAsync(
                connectionString, "UPDATE artifacts SET touched_at = now() - interval '1 day' WHERE digest = @digest", new NpgsqlParameter("digest", digest.Value)),
            storage.DisposeAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
        {
            await (await _started).Server.DisposeAsync();
        }

        _copying.Dispose();
    }

    internal static PostgresStorage Connect(string connectionString) =>
        new(connectionString, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeProvider.System, NullLoggerFactory.Instance);

    internal static async Task ExecuteAsync(string connectionString, string sql, params NpgsqlParameter[] parameters)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
    }

    private Task<(PostgresServer Server, string Template)> StartedAsync()
    {
        lock (_lock)
        {
            return _started ??= StartAsync();
        }
    }

    private static async Task<(PostgresServer Server, string Template)> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        var template = await server.CreateDatabaseAsync();

        await using (var storage = Connect(template))
        {
            await storage.PrepareAsync(CancellationToken.None);
        }

        return (server, new NpgsqlConnectionStringBuilder(template).Database!);
    }
}
