using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>Rows of async_calls as calls.</summary>
internal static class CallRows
{
    /// <summary>In the order that <see cref="ReadAllAsync"/> expects.</summary>
    public const string Columns =
        """
        call_id, namespace, function, path, query, headers, body, callback_url, started_at, phase, attempts, due_at, lease, finished_at,
        result_status, result_headers, result_body, result_seconds, result_truncated, error, given_up,
        leases, executions
        """;

    public static async Task<List<AsyncCall>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var calls = new List<AsyncCall>();

        while (await reader.ReadAsync(cancellationToken))
        {
            calls.Add(new AsyncCall(Request(reader), Progress(reader)));
        }

        return calls;
    }

    private static AsyncRequest Request(NpgsqlDataReader row) => new()
    {
        Id = new CallId(row.GetString(0)),
        Function = new FunctionId(new NamespaceName(row.GetString(1)), new FunctionName(row.GetString(2))),
        Path = row.GetString(3),
        Query = row.GetString(4),
        Headers = CallHeaders.Read(row.GetString(5)),
        Body = row.GetFieldValue<byte[]>(6),
        CallbackUrl = row.IsDBNull(7) ? null : row.GetString(7),
        StartedAt = row.GetFieldValue<DateTimeOffset>(8),
    };

    private static AsyncProgress Progress(NpgsqlDataReader row) => new()
    {
        Phase = (CallPhase)row.GetInt16(9),
        Attempts = row.GetInt32(10),
        DueAt = row.GetFieldValue<DateTimeOffset>(11),
        Lease = row.IsDBNull(12) ? null : row.GetString(12),
        FinishedAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        Result = row.IsDBNull(14) ? null : Result(row),
        Error = row.IsDBNull(19) ? null : row.GetString(19),
        GivenUp = row.IsDBNull(20) ? null : (CallPhase)row.GetInt16(20),
        Leases = row.GetInt32(21),
        Executions = row.GetInt32(22),
    };

    private static CallResult Result(NpgsqlDataReader row) =>
        new(row.GetInt32(14), CallHeaders.Read(row.GetString(15)), row.GetFieldValue<byte[]>(16), row.GetDouble(17), row.GetBoolean(18));
}
