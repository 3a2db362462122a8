using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres.Async;

/// <summary>
/// The queue of controllers that share a database. Leases skip rows that another controller is just leasing (FOR UPDATE SKIP LOCKED), and
/// the server's clock says what is due, so controllers' clocks may differ.
/// </summary>
internal sealed class PostgresAsyncStore(NpgsqlDataSource database, PostgresRetry retry, TimeProvider time) : IAsyncStore, IAsyncDisposable
{
    private readonly EnqueueGroup _group = new(database, retry, new OpenEstimate(database, retry, time));

    public Task<EnqueueOutcome> EnqueueAsync(AsyncRequest request, QueueBounds bounds, CancellationToken cancellationToken) =>
        _group.EnqueueAsync(request, bounds, cancellationToken);

    /// <summary>Repeated after a failure: what the first try leased is then held by nobody and comes back when that lease has run out.</summary>
    public Task<IReadOnlyList<AsyncCall>> LeaseAsync(int most, TimeSpan duration, CancellationToken cancellationToken) =>
        retry.RepeatAsync<IReadOnlyList<AsyncCall>>(
            async token =>
            {
                await using var command = database.CreateCommand(
                    $"""
                    WITH due AS (
                        SELECT call_id AS id FROM async_calls WHERE phase < 2 AND due_at <= clock_timestamp()
                        ORDER BY due_at LIMIT @most FOR UPDATE SKIP LOCKED)
                    UPDATE async_calls SET lease = @lease, attempts = attempts + 1, leases = leases + 1, due_at = clock_timestamp() + @duration
                    FROM due WHERE call_id = due.id RETURNING {CallRows.Columns}
                    """);
                command.Parameters.AddWithValue("most", most);
                command.Parameters.AddWithValue("lease", Guid.NewGuid().ToString("N"));
                command.Parameters.AddWithValue("duration", duration);
                var calls = await CallRows.ReadAllAsync(command, token);
                return [.. calls.OrderBy(call => call.Request.StartedAt)];
            },
            cancellationToken);

    public Task<IReadOnlySet<CallId>> RenewAsync(
        IReadOnlyDictionary<CallId, string> leases, TimeSpan duration, CancellationToken cancellationToken) =>
        retry.RepeatAsync<IReadOnlySet<CallId>>(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    UPDATE async_calls SET due_at = clock_timestamp() + @duration
                    FROM unnest(@ids, @leases) AS held (id, held_lease)
                    WHERE call_id = held.id AND lease = held.held_lease AND phase < 2 RETURNING call_id
                    """);
                command.Parameters.AddWithValue("ids", leases.Keys.Select(id => id.Value).ToArray());
                command.Parameters.AddWithValue("leases", leases.Values.ToArray());
                command.Parameters.AddWithValue("duration", duration);
                await using var reader = await command.ExecuteReaderAsync(token);
                var held = new HashSet<CallId>();

                while (await reader.ReadAsync(token))
                {
                    held.Add(new CallId(reader.GetString(0)));
                }

                return held;
            },
            cancellationToken);

    /// <summary>
    /// Repeated after a failure that hid a commit, it finds its own lease gone and says so: the holder then does no more with the call, which
    /// is settled all the same. A holder that kept its lease finds it.
    /// </summary>
    public Task<bool> SettleAsync(CallId id, string lease, CallSettlement settlement, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                var isOver = settlement.Phase is CallPhase.Completed or CallPhase.Dead;
                var result = settlement.Result;
                await using var command = database.CreateCommand(
                    $"""
                    UPDATE async_calls SET phase = @phase, attempts = @attempts, due_at = clock_timestamp() + @due_in,
                        lease = CASE WHEN @keeps THEN lease END, error = @error, given_up = @given_up
                        {(settlement.EndsExecution ? ", executions = executions + 1" : "")}
                        {(isOver ? ", finished_at = clock_timestamp()" : "")}
                        {(settlement.Phase is CallPhase.Completed ? ", body = ''" : "")}
                        {(result is null ? "" : ", result_status = @status, result_headers = @headers, result_body = @result, result_seconds = @seconds, result_truncated = @truncated")}
                    WHERE call_id = @id AND lease = @lease AND phase < 2
                    """);
                command.Parameters.AddWithValue("id", id.Value);
                command.Parameters.AddWithValue("lease", lease);
                command.Parameters.AddWithValue("phase", (short)settlement.Phase);
                command.Parameters.AddWithValue("attempts", settlement.Attempts);
                command.Parameters.AddWithValue("due_in", settlement.DueIn);
                command.Parameters.AddWithValue("keeps", settlement.KeepsLease);
                AddOptional(command, "error", NpgsqlDbType.Text, settlement.Error);
                AddOptional(command, "given_up", NpgsqlDbType.Smallint, (short?)settlement.GivenUp);

                if (result is not null)
                {
                    command.Parameters.AddWithValue("status", result.Status);
                    command.Parameters.AddWithValue("headers", CallHeaders.Write(result.Headers));
                    command.Parameters.AddWithValue("result", result.Body.ToArray());
                    command.Parameters.AddWithValue("seconds", result.DurationSeconds);
                    command.Parameters.AddWithValue("truncated", result.Truncated);
                }

                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);

    public Task<AsyncCall?> FindAsync(CallId id, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand($"SELECT {CallRows.Columns} FROM async_calls WHERE call_id = @id");
                command.Parameters.AddWithValue("id", id.Value);
                var found = await CallRows.ReadAllAsync(command, token);
                return found.Count == 0 ? null : found[0];
            },
            cancellationToken);

    public Task<IReadOnlyList<AsyncCall>> ListDeadAsync(int most, CancellationToken cancellationToken) =>
        retry.RepeatAsync<IReadOnlyList<AsyncCall>>(
            async token =>
            {
                await using var command = database.CreateCommand(
                    $"SELECT {CallRows.Columns} FROM async_calls WHERE phase = 3 ORDER BY finished_at DESC, call_id LIMIT @most");
                command.Parameters.AddWithValue("most", most);
                return await CallRows.ReadAllAsync(command, token);
            },
            cancellationToken);

    public Task<bool> ReplayAsync(CallId id, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    UPDATE async_calls SET phase = coalesce(given_up, 0), attempts = 0, due_at = clock_timestamp(), lease = NULL,
                        finished_at = NULL, error = NULL, given_up = NULL,
                        result_status = CASE WHEN given_up = 1 THEN result_status END
                    WHERE call_id = @id AND phase = 3
                    """);
                command.Parameters.AddWithValue("id", id.Value);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);

    public Task<bool> CancelAsync(CallId id, string error, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    UPDATE async_calls SET phase = 2, lease = NULL, due_at = clock_timestamp(), finished_at = clock_timestamp(), error = @error, given_up = NULL,
                        body = '', result_status = NULL, result_body = NULL
                    WHERE call_id = @id AND phase < 2
                    """);
                command.Parameters.AddWithValue("id", id.Value);
                command.Parameters.AddWithValue("error", error);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);

    public Task<QueueCounts> CountAsync(CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    SELECT count(*) FILTER (WHERE phase < 2), coalesce(sum(octet_length(body)) FILTER (WHERE phase < 2), 0)::bigint,
                           count(*) FILTER (WHERE phase = 2), count(*) FILTER (WHERE phase = 3) FROM async_calls
                    """);
                await using var reader = await command.ExecuteReaderAsync(token);
                await reader.ReadAsync(token);
                return new QueueCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
            },
            cancellationToken);

    public Task<int> PurgeAsync(PurgeRule rule, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    DELETE FROM async_calls WHERE call_id IN (
                        SELECT call_id FROM (
                            SELECT call_id, phase, finished_at, row_number() OVER newest AS place,
                                   sum(coalesce(octet_length(result_body), 0)) OVER newest AS bytes
                            FROM async_calls WHERE phase >= 2 WINDOW newest AS (PARTITION BY phase ORDER BY finished_at DESC, call_id DESC)) AS over
                        WHERE (phase = 2 AND (finished_at <= clock_timestamp() - @result_ttl OR place > @max_results OR bytes > @max_bytes))
                           OR (phase = 3 AND (finished_at <= clock_timestamp() - @dead_ttl OR place > @max_dead)))
                    """);
                command.Parameters.AddWithValue("result_ttl", rule.ResultTtl);
                command.Parameters.AddWithValue("max_results", rule.MaxResults);
                command.Parameters.AddWithValue("max_bytes", rule.MaxResultBytes);
                command.Parameters.AddWithValue("dead_ttl", rule.DeadTtl);
                command.Parameters.AddWithValue("max_dead", rule.MaxDead);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    private static void AddOptional(NpgsqlCommand command, string name, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
}
