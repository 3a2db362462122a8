using Npgsql;

namespace LoraFaaS.Storage.Postgres.Migrations;

/// <summary>
/// Brings a database to this program's schema. Controllers that start together take turns (an advisory lock); each file is one
/// transaction; a file that was changed after it was applied, or that only a newer release knows, stops the start.
/// </summary>
internal sealed partial class Migrator(NpgsqlDataSource database, IReadOnlyList<Migration> migrations, ILogger<Migrator> logger)
{
    // "LoraFaaS" in ASCII: any number that nobody else uses.
    private const long LockKey = 0x4C6F_7261_4661_6153;

    /// <summary>For one file, and for another controller's turn: rewriting a large table takes minutes.</summary>
    private const int TimeoutSeconds = 600;

    /// <exception cref="StorageStartException">The database's history does not fit this program's.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(@key)", cancellationToken, new NpgsqlParameter<long>("key", LockKey));

        try
        {
            await ExecuteAsync(
                connection,
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number integer NOT NULL PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """,
                cancellationToken);

            var applied = await ReadAppliedAsync(connection, cancellationToken);
            Compare(applied);

            foreach (var migration in migrations.Where(migration => !applied.ContainsKey(migration.Number)))
            {
                await ApplyAsync(connection, migration, cancellationToken);
                LogApplied(migration.Name);
            }
        }
        finally
        {
            // A broken connection has given the lock back by itself.
            if (connection.State is System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, "SELECT pg_advisory_unlock(@key)", CancellationToken.None, new NpgsqlParameter<long>("key", LockKey));
            }
        }
    }

    private void Compare(Dictionary<int, (string Name, string Checksum)> applied)
    {
        foreach (var (number, (name, checksum)) in applied)
        {
            var known = migrations.FirstOrDefault(migration => migration.Number == number)
                ?? throw new StorageStartException(
                    $"The database has migration {name}, which this release does not know; start the release that applied it, or a newer one.");

            if (known.Checksum != checksum)
            {
                throw new StorageStartException(
                    $"The migration {known.Name} was changed after it was applied to this database; put the old text back and write the change as a new file.");
            }
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await ExecuteAsync(
            connection,
            "INSERT INTO schema_migrations (number, name, checksum) VALUES (@number, @name, @checksum)",
            cancellationToken,
            new NpgsqlParameter<int>("number", migration.Number),
            new NpgsqlParameter<string>("name", migration.Name),
            new NpgsqlParameter<string>("checksum", migration.Checksum));
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ReadAppliedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string Name, string Checksum)>();
        await using var command = new NpgsqlCommand("SELECT number, name, checksum FROM schema_migrations ORDER BY number", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        while (await reader.ReadAsync(cancellationToken))
        {
            applied[reader.GetInt32(0)] = (reader.GetString(1), reader.GetString(2));
        }

        return applied;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
