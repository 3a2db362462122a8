using System.Text.Json;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres;

/// <summary>API keys, one JSON row each. The version's row is raised last in a write's transaction, as the catalogue's is.</summary>
internal sealed class PostgresKeyStore(NpgsqlDataSource database, PostgresRetry retry) : IApiKeyStore
{
    private readonly PostgresTransaction _transaction = new(database, retry);

    public async ValueTask<long> GetVersionAsync(CancellationToken cancellationToken) =>
        await retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand("SELECT version FROM api_key_version");
                return (long)(await command.ExecuteScalarAsync(token))!;
            },
            cancellationToken);

    public Task<CatalogueWrite> CreateAsync(ApiKeyRecord key, CancellationToken cancellationToken) =>
        WriteAsync(
            key.Id,
            key,
            "INSERT INTO api_keys (id, generation, record) VALUES (@id, @generation, @record) ON CONFLICT DO NOTHING",
            _ => Task.FromResult(CatalogueWrite.Exists),
            cancellationToken);

    public Task<CatalogueWrite> UpdateAsync(ApiKeyRecord key, CancellationToken cancellationToken) =>
        WriteAsync(
            key.Id,
            key,
            "UPDATE api_keys SET generation = @generation, record = @record WHERE id = @id AND generation = @generation - 1",
            async connection =>
            {
                await using var existence = Command(connection, "SELECT 1 FROM api_keys WHERE id = @id", key.Id);
                return await PostgresTransaction.ExplainAsync(existence, cancellationToken);
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        WriteAsync(id, null, "DELETE FROM api_keys WHERE id = @id", _ => Task.FromResult(CatalogueWrite.NotFound), cancellationToken);

    public async ValueTask<ApiKeyRecord?> FindAsync(ApiKeyId id, CancellationToken cancellationToken) =>
        (await ReadAsync("SELECT record FROM api_keys WHERE id = @id", id, cancellationToken)).FirstOrDefault();

    public async ValueTask<IReadOnlyList<ApiKeyRecord>> ListAsync(CancellationToken cancellationToken) =>
        await ReadAsync("SELECT record FROM api_keys ORDER BY id", null, cancellationToken);

    private Task<CatalogueWrite> WriteAsync(
        ApiKeyId id, ApiKeyRecord? key, string sql, Func<NpgsqlConnection, Task<CatalogueWrite>> otherwise, CancellationToken cancellationToken) =>
        _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var command = Command(connection, sql, id);

                if (key is not null)
                {
                    command.Parameters.AddWithValue("generation", key.Generation);
                    command.Parameters.AddWithValue("record", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(key, StorageJson.Default.ApiKeyRecord));
                }

                if (await command.ExecuteNonQueryAsync(token) != 1)
                {
                    return await otherwise(connection);
                }

                await using var version = new NpgsqlCommand("UPDATE api_key_version SET version = version + 1", connection);
                await version.ExecuteNonQueryAsync(token);
                return CatalogueWrite.Done;
            },
            cancellationToken);

    private Task<List<ApiKeyRecord>> ReadAsync(string sql, ApiKeyId? id, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(sql);

                if (id is { } one)
                {
                    command.Parameters.AddWithValue("id", one.Value);
                }

                await using var reader = await command.ExecuteReaderAsync(token);
                var keys = new List<ApiKeyRecord>();

                while (await reader.ReadAsync(token))
                {
                    keys.Add(JsonSerializer.Deserialize(reader.GetString(0), StorageJson.Default.ApiKeyRecord)!);
                }

                return keys;
            },
            cancellationToken);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, ApiKeyId id)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("id", id.Value);
        return command;
    }
}
