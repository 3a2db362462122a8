using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Postgres.Async;
using LoraFaaS.Storage.Postgres.Catalogue;
using LoraFaaS.Storage.Postgres.Migrations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>Everything durable of controllers that share a Postgres database.</summary>
internal sealed class PostgresStorage : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly PostgresAsyncStore _async;
    private readonly TimeSpan _startPatience;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;

    /// <exception cref="StorageStartException">The connection string cannot be read.</exception>
    public PostgresStorage(string connectionString, TimeSpan patience, TimeSpan startPatience, TimeProvider time, ILoggerFactory loggers)
    {
        (_startPatience, _time, _loggers) = (startPatience, time, loggers);
        _database = NpgsqlDataSource.Create(Complete(connectionString));
        var retry = new PostgresRetry(patience, time, loggers.CreateLogger<PostgresRetry>());
        var options = new DbContextOptionsBuilder<CatalogueContext>()
            .UseNpgsql(_database)
            .EnableThreadSafetyChecks(false)
            .Options;

        Catalogue = new PostgresCatalogueStore(new CatalogueSession(new PooledDbContextFactory<CatalogueContext>(options), retry));
        Usage = new PostgresUsageStore(_database, retry);
        Secrets = new PostgresSecretStore(_database, retry);
        Keys = new PostgresKeyStore(_database, retry);
        Audit = new PostgresAuditStore(_database, retry);
        Artifacts = new PostgresArtifactStore(_database, retry);
        Lease = new PostgresLeaderLease(_database, retry);
        Forecasts = new PostgresForecastStore(_database, retry);

        Plans = new PostgresPlanStore(_database, retry);
        Holdings = new PostgresHoldingStore(_database, retry);
        _async = new PostgresAsyncStore(_database, retry, time);
    }

    public ICatalogueStore Catalogue { get; }

    public IUsageStore Usage { get; }

    public ISecretStore Secrets { get; }

    public IApiKeyStore Keys { get; }

    public IAuditStore Audit { get; }

    public IArtifactStore Artifacts { get; }

    public ILeaderLease Lease { get; }

    public IForecastStore Forecasts { get; }

    public IPlanStore Plans { get; }

    public IHoldingStore Holdings { get; }

    public IAsyncStore Async => _async;

    /// <summary>Waits for the server and brings its schema up to date.</summary>
    /// <exception cref="StorageStartException">It cannot be reached or used.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var migrator = new Migrator(_database, Migration.Embedded(), _loggers.CreateLogger<Migrator>());
        var retry = new PostgresRetry(_startPatience, _time, _loggers.CreateLogger<PostgresRetry>());

        try
        {
            await retry.RepeatAsync(
                async token =>
                {
                    await migrator.RunAsync(token);
                    return true;
                },
                cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            throw new StorageStartException($"{exception.Message} (from Storage:Postgres).", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _async.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>A server that hangs must not hang us: 5 s to connect and 15 s a statement, unless the connection string says otherwise.</summary>
    private static string Complete(string connectionString)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connectionString);

            if (!builder.ContainsKey("Timeout"))
            {
                builder.Timeout = 5;
            }

            if (!builder.ContainsKey("Command Timeout"))
            {
                builder.CommandTimeout = 15;
            }

            builder.ApplicationName ??= "lorafaas";
            return builder.ConnectionString;
        }
        catch (ArgumentException exception)
        {
            // Its message may hold the value, and the value a password.
            throw new StorageStartException($"Storage:Postgres is no Npgsql connection string (parameter '{exception.ParamName}'); it looks like 'Host=db;Username=u;Password=p;Database=d'.");
        }
    }
}
