using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres;

/// <summary>Secrets as rows whose value only the controllers' key file opens.</summary>
internal sealed class PostgresSecretStore(NpgsqlDataSource database, PostgresRetry retry) : ISecretStore
{
    private const string Columns = "namespace, name, generation, key_id, sealed, created_at, updated_at";

    private readonly PostgresTransaction _transaction = new(database, retry);

    public Task<CatalogueWrite> CreateAsync(SecretRecord secret, CancellationToken cancellationToken) =>
        _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var command = Write(
                    connection,
                    $"INSERT INTO secrets ({Columns}) VALUES (@namespace, @name, @generation, @key_id, @sealed, @created_at, @updated_at) ON CONFLICT DO NOTHING",
                    secret);
                return await command.ExecuteNonQueryAsync(token) == 1 ? CatalogueWrite.Done : CatalogueWrite.Exists;
            },
            cancellationToken);

    public Task<CatalogueWrite> UpdateAsync(SecretRecord secret, CancellationToken cancellationToken) =>
        _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var command = Write(
                    connection,
                    """
                    UPDATE secrets SET generation = @generation, key_id = @key_id, sealed = @sealed, created_at = @created_at, updated_at = @updated_at
                    WHERE namespace = @namespace AND name = @name AND generation = @generation - 1
                    """,
                    secret);

                if (await command.ExecuteNonQueryAsync(token) == 1)
                {
                    return CatalogueWrite.Done;
                }

                await using var existence = Named(connection, "SELECT 1 FROM secrets WHERE namespace = @namespace AND name = @name", secret.Namespace, secret.Name);
                return await PostgresTransaction.ExplainAsync(existence, token);
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken) =>
        _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var command = Named(connection, "DELETE FROM secrets WHERE namespace = @namespace AND name = @name", @namespace, name);
                return await command.ExecuteNonQueryAsync(token) == 1 ? CatalogueWrite.Done : CatalogueWrite.NotFound;
            },
            cancellationToken);

    public async ValueTask<SecretRecord?> FindAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken) =>
        (await ReadAsync($"SELECT {Columns} FROM secrets WHERE namespace = @namespace AND name = @name", @namespace, name, cancellationToken)).FirstOrDefault();

    public async ValueTask<IReadOnlyList<SecretRecord>> ListAsync(NamespaceName? @namespace, CancellationToken cancellationToken) =>
        await ReadAsync(
            $"SELECT {Columns} FROM secrets WHERE @namespace IS NULL OR namespace = @namespace ORDER BY namespace, name", @namespace, null, cancellationToken);

    private Task<List<SecretRecord>> ReadAsync(string sql, NamespaceName? @namespace, SecretName? name, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter("namespace", NpgsqlDbType.Text) { Value = (object?)@namespace?.Value ?? DBNull.Value });

                if (name is { } one)
                {
                    command.Parameters.AddWithValue("name", one.Value);
                }

                await using var reader = await command.ExecuteReaderAsync(token);
                var secrets = new List<SecretRecord>();

                while (await reader.ReadAsync(token))
                {
                    secrets.Add(Record(reader));
                }

                return secrets;
            },
            cancellationToken);

    private static SecretRecord Record(NpgsqlDataReader reader) => new()
    {
        Namespace = new NamespaceName(reader.GetString(0)),
        Name = new SecretName(reader.GetString(1)),
        Generation = reader.GetInt64(2),
        Value = new SealedValue(reader.GetString(3), reader.GetFieldValue<byte[]>(4)),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(5),
        UpdatedAt = reader.GetFieldValue<DateTimeOffset>(6),
    };

    private static NpgsqlCommand Named(NpgsqlConnection connection, string sql, NamespaceName @namespace, SecretName name)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("namespace", @namespace.Value);
        command.Parameters.AddWithValue("name", name.Value);
        return command;
    }

    private static NpgsqlCommand Write(NpgsqlConnection connection, string sql, SecretRecord secret)
    {
        var command = Named(connection, sql, secret.Namespace, secret.Name);
        command.Parameters.AddWithValue("generation", secret.Generation);
        command.Parameters.AddWithValue("key_id", secret.Value.KeyId);
        command.Parameters.AddWithValue("sealed", secret.Value.Bytes);
        command.Parameters.AddWithValue("created_at", secret.CreatedAt.ToUniversalTime());
        command.Parameters.AddWithValue("updated_at", secret.UpdatedAt.ToUniversalTime());
        return command;
    }
}
