using System.Text.Json;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres;

/// <summary>A row a day.</summary>
internal sealed class PostgresHoldingStore(NpgsqlDataSource database, PostgresRetry retry) : IHoldingStore
{
    public Task SaveAsync(HoldingDay day, CancellationToken cancellationToken) => retry.RepeatAsync(token => WriteAsync(day, token), cancellationToken);

    public async ValueTask<HoldingDay?> FindAsync(DateOnly day, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(token => ReadAsync(day, token), cancellationToken);

    private async Task<int> WriteAsync(HoldingDay day, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH old AS (DELETE FROM holding_days WHERE day <= @day - @kept)
            INSERT INTO holding_days (day, content) VALUES (@day, @content) ON CONFLICT (day) DO UPDATE SET content = excluded.content
            """);
        command.Parameters.AddWithValue("day", NpgsqlDbType.Date, day.Day);
        command.Parameters.AddWithValue("kept", IHoldingStore.DaysKept);
        command.Parameters.AddWithValue("content", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(day, StorageJson.Default.HoldingDay));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<HoldingDay?> ReadAsync(DateOnly day, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT content FROM holding_days WHERE day = @day");
        command.Parameters.AddWithValue("day", NpgsqlDbType.Date, day);
        return await command.ExecuteScalarAsync(cancellationToken) is string content ? JsonSerializer.Deserialize(content, StorageJson.Default.HoldingDay) : null;
    }
}
