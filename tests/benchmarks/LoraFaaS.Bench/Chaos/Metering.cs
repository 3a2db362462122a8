using Npgsql;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Reads from the platform's own records how often each call was counted as answered.</summary>
internal static class Metering
{
    private const string Answered = "SELECT call_id, count(*) FROM usage_records WHERE outcome = 'ok' GROUP BY call_id";

    public static async Task<IReadOnlyDictionary<string, long>> CountsAsync(string connection, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await using var command = database.CreateCommand(Answered);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Dictionary<string, long> counts = new(StringComparer.Ordinal);

        while (await reader.ReadAsync(cancellationToken))
        {
            counts[reader.GetString(0)] = reader.GetInt64(1);
        }

        return counts;
    }
}
