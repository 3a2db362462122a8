using Npgsql;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>
/// How many calls are open, counted once a second and added to in between: counting at every commit would cost more than the commit.
/// Used by one task at a time.
/// </summary>
internal sealed class OpenEstimate(NpgsqlDataSource database, PostgresRetry retry, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private long? _countedAt;
    private long _calls;
    private long _bytes;

    public async ValueTask<(long Calls, long Bytes)> ReadAsync(CancellationToken cancellationToken)
    {
        if (_countedAt is not { } counted || time.GetElapsedTime(counted) >= Fresh)
        {
            (_calls, _bytes) = await retry.RepeatAsync(CountAsync, cancellationToken);
            _countedAt = time.GetTimestamp();
        }

        return (_calls, _bytes);
    }

    public void Add(long calls, long bytes) => (_calls, _bytes) = (_calls + calls, _bytes + bytes);

    private async Task<(long Calls, long Bytes)> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*), coalesce(sum(octet_length(body)), 0)::bigint FROM async_calls WHERE phase < 2");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
