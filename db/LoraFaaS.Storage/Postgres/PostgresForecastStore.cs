using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>A row for each memory.</summary>
internal sealed class PostgresForecastStore(NpgsqlDataSource database, PostgresRetry retry) : IForecastStore
{
    public Task SaveAsync(ForecastMemory memory, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    INSERT INTO forecast_memory (name, content, saved_at) VALUES (@name, @content, clock_timestamp())
                    ON CONFLICT (name) DO UPDATE SET content = excluded.content, saved_at = excluded.saved_at
                    """);
                command.Parameters.AddWithValue("name", NameOf(memory));
                command.Parameters.AddWithValue("content", content);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    public async ValueTask<byte[]?> LoadAsync(ForecastMemory memory, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand("SELECT content FROM forecast_memory WHERE name = @name");
                command.Parameters.AddWithValue("name", NameOf(memory));
                return await command.ExecuteScalarAsync(token) as byte[];
            },
            cancellationToken);

    private static string NameOf(ForecastMemory memory) => memory.ToString().ToLowerInvariant();
}
