using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>One row decides who leads; the server's clock decides until when, so controllers' clocks may differ.</summary>
internal sealed class PostgresLeaderLease(NpgsqlDataSource database, PostgresRetry retry) : ILeaderLease
{
    public Task<LeaseGrant?> TryHoldAsync(string controllerId, TimeSpan duration, CancellationToken cancellationToken) =>
        retry.RepeatAsync(token => TakeAsync(controllerId, duration, token), cancellationToken);

    public Task ReleaseAsync(string controllerId, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand("UPDATE leader_lease SET expires_at = '-infinity' WHERE holder = @holder");
                command.Parameters.AddWithValue("holder", controllerId);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    private async Task<LeaseGrant?> TakeAsync(string controllerId, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO leader_lease AS lease (holder, expires_at, token) VALUES (@holder, clock_timestamp() + @duration, 1)
            ON CONFLICT (only_row) DO UPDATE SET
                holder = excluded.holder,
                expires_at = excluded.expires_at,
                token = lease.token + CASE WHEN lease.holder = excluded.holder AND lease.expires_at > clock_timestamp() THEN 0 ELSE 1 END
            WHERE lease.holder = excluded.holder OR lease.expires_at <= clock_timestamp()
            RETURNING token
            """);
        command.Parameters.AddWithValue("holder", controllerId);
        command.Parameters.AddWithValue("duration", duration);

        return await command.ExecuteScalarAsync(cancellationToken) is long token ? new LeaseGrant(token) : null;
    }
}
