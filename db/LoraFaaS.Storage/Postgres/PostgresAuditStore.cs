using LoraFaaS.ControlPlane.Ports;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres;

/// <summary>The audit log as rows. Nothing here takes one away: how long they are kept is the database's administrator's to say.</summary>
internal sealed class PostgresAuditStore(NpgsqlDataSource database, PostgresRetry retry) : IAuditStore
{
    private readonly PostgresTransaction _transaction = new(database, retry);

    public Task AppendAsync(AuditRecord record, CancellationToken cancellationToken) =>
        _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(
                    "INSERT INTO audit_log (at, username, action, target, status) VALUES (@at, @username, @action, @target, @status)", connection);
                command.Parameters.AddWithValue("at", record.At.ToUniversalTime());
                command.Parameters.AddWithValue("username", record.User);
                command.Parameters.AddWithValue("action", record.Action);
                command.Parameters.AddWithValue("target", record.Target);
                command.Parameters.AddWithValue("status", record.Status);
                await command.ExecuteNonQueryAsync(token);
                return CatalogueWrite.Done;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<NumberedAudit>> ReadAsync(AuditQuery query, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(token => ReadOnceAsync(query, token), cancellationToken);

    private async Task<List<NumberedAudit>> ReadOnceAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT number, at, username, action, target, status FROM audit_log
            WHERE (@since IS NULL OR at >= @since) AND (@before IS NULL OR number < @before)
            ORDER BY number DESC LIMIT @limit
            """);
        command.Parameters.Add(new NpgsqlParameter("since", NpgsqlDbType.TimestampTz) { Value = (object?)query.Since?.ToUniversalTime() ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("before", NpgsqlDbType.Bigint) { Value = (object?)query.Before ?? DBNull.Value });
        command.Parameters.AddWithValue("limit", query.Limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var records = new List<NumberedAudit>();

        while (await reader.ReadAsync(cancellationToken))
        {
            records.Add(new NumberedAudit(
                reader.GetInt64(0),
                new AuditRecord(reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5))));
        }

        return records;
    }
}
