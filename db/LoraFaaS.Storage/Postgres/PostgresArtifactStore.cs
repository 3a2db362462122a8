using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>
/// Artifacts as rows of 1 MiB, so that neither side ever holds one whole. An upload is one transaction: it is there with its digest,
/// or not at all. It is not repeated when Postgres goes away, because the content has been read.
/// </summary>
internal sealed class PostgresArtifactStore(NpgsqlDataSource database, PostgresRetry retry) : IArtifactStore
{
    public const int ChunkBytes = 1 << 20;

    public async Task<StoredArtifact> PutAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            return await UploadAsync(content, maxBytes, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreUnavailableException($"Postgres did not store the artifact: {PostgresFailure.Describe(exception)}", exception);
        }
    }

    public async Task<ArtifactContent?> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        var found = await retry.RepeatAsync(token => FindAsync(digest, token), cancellationToken);

        return found is var (upload, bytes)
            ? new ArtifactContent(new DigestCheckedStream(new ChunkStream(database, retry, upload, digest), digest, bytes), bytes)
            : null;
    }

    public Task<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    WITH gone AS (DELETE FROM artifacts WHERE digest = @digest RETURNING upload),
                         chunks AS (DELETE FROM artifact_chunks USING gone WHERE artifact_chunks.upload = gone.upload)
                    SELECT count(*) FROM gone
                    """);
                command.Parameters.AddWithValue("digest", digest.Value);
                return await command.ExecuteScalarAsync(token) is > 0L;
            },
            cancellationToken);

    public Task<bool> TouchAsync(Digest digest, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand("UPDATE artifacts SET touched_at = now() WHERE digest = @digest");
                command.Parameters.AddWithValue("digest", digest.Value);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);

    public Task<IReadOnlyList<Digest>> ListUntouchedAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        retry.RepeatAsync<IReadOnlyList<Digest>>(
            async token =>
            {
                await using var command = database.CreateCommand("SELECT digest FROM artifacts WHERE touched_at < @since");
                command.Parameters.AddWithValue("since", since.ToUniversalTime());
                await using var reader = await command.ExecuteReaderAsync(token);
                var digests = new List<Digest>();

                while (await reader.ReadAsync(token))
                {
                    digests.Add(new Digest(reader.GetString(0)));
                }

                return digests;
            },
            cancellationToken);

    public Task<bool> DeleteUntouchedAsync(Digest digest, DateTimeOffset since, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    WITH gone AS (DELETE FROM artifacts WHERE digest = @digest AND touched_at < @since RETURNING upload),
                         chunks AS (DELETE FROM artifact_chunks USING gone WHERE artifact_chunks.upload = gone.upload)
                    SELECT count(*) FROM gone
                    """);
                command.Parameters.AddWithValue("digest", digest.Value);
                command.Parameters.AddWithValue("since", since.ToUniversalTime());
                return await command.ExecuteScalarAsync(token) is > 0L;
            },
            cancellationToken);

    private async Task<StoredArtifact> UploadAsync(Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var upload = Guid.NewGuid();
        var chunk = new byte[ChunkBytes];
        var bytes = 0L;

        for (var index = 0; await content.ReadAtLeastAsync(chunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken) is > 0 and var got; index++)
        {
            bytes += got;

            if (bytes > maxBytes)
            {
                throw new ArtifactTooLargeException(maxBytes);
            }

            hash.AppendData(chunk, 0, got);
            await InsertChunkAsync(connection, upload, index, chunk.AsMemory(0, got), cancellationToken);
        }

        var stored = new StoredArtifact(Digest.FromHash(hash.GetHashAndReset()), bytes);

        // Of two uploads of the same content the second waits here for the first, and is then rolled back.
        if (await InsertArtifactAsync(connection, upload, stored, cancellationToken))
        {
            await transaction.CommitAsync(CancellationToken.None);
            return stored;
        }

        await transaction.RollbackAsync(CancellationToken.None);

        // There already, and wanted again. One that was collected in between is the caller's to send again.
        return await TouchAsync(stored.Digest, cancellationToken)
            ? stored
            : throw new StoreUnavailableException($"The artifact {stored.Digest} was deleted while it was stored again; send it once more.");
    }

    private static async Task InsertChunkAsync(
        NpgsqlConnection connection, Guid upload, int index, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO artifact_chunks (upload, index, content) VALUES (@upload, @index, @content)", connection);
        command.Parameters.AddWithValue("upload", upload);
        command.Parameters.AddWithValue("index", index);
        command.Parameters.AddWithValue("content", content);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<bool> InsertArtifactAsync(
        NpgsqlConnection connection, Guid upload, StoredArtifact stored, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO artifacts (digest, upload, bytes) VALUES (@digest, @upload, @bytes) ON CONFLICT (digest) DO NOTHING", connection);
        command.Parameters.AddWithValue("digest", stored.Digest.Value);
        command.Parameters.AddWithValue("upload", upload);
        command.Parameters.AddWithValue("bytes", stored.Bytes);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<(Guid Upload, long Bytes)?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT upload, bytes FROM artifacts WHERE digest = @digest");
        command.Parameters.AddWithValue("digest", digest.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        return await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), reader.GetInt64(1)) : null;
    }
}
