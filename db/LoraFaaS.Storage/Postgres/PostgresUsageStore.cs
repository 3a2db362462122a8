using System.Globalization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>
/// Usage as one row an invocation. The primary key (worker, sequence) makes a delivery harmless to repeat; the generation's key makes two workers' records
/// of it one row.
/// </summary>
internal sealed class PostgresUsageStore(NpgsqlDataSource database, PostgresRetry retry) : IUsageStore
{
    /// <summary>Of advisory locks: those of workers' deliveries.</summary>
    private const int LockClass = 1_015;

    private static readonly string[] Columns =
    [
        "worker", "sequence", "usage_key", "usage_try", "call_id", "namespace", "function", "revision", "prompt_tokens", "completion_tokens", "ttft_ms", "total_ms",
        "outcome", "started_at", "adapter_tier", "queue_ms", "load_ms", "prefill_ms", "decode_ms", "door_ms", "activation_ms", "sandbox_ms", "map_ms",
        "kernels_ms", "adapter_ms", "prompt_ms", "prefix_ms", "transport_ms", "connect_ms", "admission_ms", "relay_ms",
        "handler_ms", "code_ms", "backbone_tier", "sandbox_warm", "prefix_tier", "prefix_bytes",
    ];

    /// <summary>
    /// One delivery of a worker after the other: the key settles conflicts, and would not see one of the number that another delivery is just storing. In the
    /// keys' order, so that two workers' deliveries never wait for each other. A row that was updated has an xmax, one that is new has none. A number that is
    /// stored under another key was sent before it had this one.
    /// </summary>
    private static readonly string Insert =
        $"""
        SELECT pg_advisory_xact_lock({LockClass}, hashtext(@worker));
        INSERT INTO usage_records ({string.Join(", ", Columns)})
        SELECT @worker, given.* FROM unnest({string.Join(", ", Columns.Skip(1).Select(column => "@" + column))}) AS given(sequence, usage_key)
        WHERE NOT EXISTS (SELECT 1 FROM usage_folded WHERE usage_folded.worker = @worker AND given.sequence BETWEEN usage_folded.first AND usage_folded.last)
            AND NOT EXISTS (
                SELECT 1 FROM usage_records AS known
                WHERE known.worker = @worker AND known.sequence = given.sequence AND known.usage_key IS DISTINCT FROM given.usage_key)
        ORDER BY given.usage_key
        ON CONFLICT (usage_key) DO UPDATE SET {string.Join(", ", Columns.Select(column => $"{column} = excluded.{column}"))}
            WHERE usage_records.usage_try < excluded.usage_try
        RETURNING sequence, xmax = 0
        """;

    public Task<IReadOnlyList<UsageRecord>> AppendAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken) =>
        records.Count == 0
            ? Task.FromResult<IReadOnlyList<UsageRecord>>([])
            : retry.RepeatAsync(token => InsertAsync(worker, records, token), cancellationToken);

    public async ValueTask<IReadOnlyList<UsageSum>> SumAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(token => SumRowsAsync(HourSpan.Touching(from, to), token), cancellationToken);

    public async ValueTask<IReadOnlyList<ServedMinute>> ServedAsync(
        FunctionId? function, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(token => ReadServedAsync(function, HourSpan.MinuteOf(from), HourSpan.MinuteOf(to), token), cancellationToken);

    public Task<long> FoldAsync(DateOnly before, CancellationToken cancellationToken) =>
        retry.RepeatAsync(token => FoldOnceAsync(new DateTimeOffset(before, TimeOnly.MinValue, TimeSpan.Zero), token), cancellationToken);

    /// <summary>One transaction. Deliveries wait for it, so that none of them finds a record neither among the rows nor among what was folded.</summary>
    private async Task<long> FoldOnceAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using (var locking = new NpgsqlCommand("LOCK TABLE usage_records IN SHARE ROW EXCLUSIVE MODE", connection))
        {
            await locking.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(
            """
            WITH gone AS (
                DELETE FROM usage_records WHERE started_at < @before
                RETURNING worker, sequence, namespace, function, started_at, prompt_tokens, completion_tokens, decode_ms, prefill_ms),
            days AS (
                INSERT INTO usage_days (namespace, function, day, invocations, prompt_tokens, completion_tokens, decode_ms, prefill_ms)
                SELECT namespace, function, date_trunc('day', started_at, 'UTC'), count(*), sum(prompt_tokens), sum(completion_tokens), sum(decode_ms), sum(prefill_ms)
                FROM gone GROUP BY 1, 2, 3
                ON CONFLICT (namespace, function, day) DO UPDATE SET
                    invocations = usage_days.invocations + excluded.invocations, prompt_tokens = usage_days.prompt_tokens + excluded.prompt_tokens,
                    completion_tokens = usage_days.completion_tokens + excluded.completion_tokens,
                    decode_ms = usage_days.decode_ms + excluded.decode_ms, prefill_ms = usage_days.prefill_ms + excluded.prefill_ms),
            islands AS (
                INSERT INTO usage_folded (worker, first, last)
                SELECT worker, min(sequence), max(sequence)
                FROM (SELECT worker, sequence, sequence - row_number() OVER (PARTITION BY worker ORDER BY sequence) AS island FROM gone) AS numbered
                GROUP BY worker, island)
            SELECT count(*) FROM gone
            """,
            connection);
        command.Parameters.AddWithValue("before", before);
        var folded = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(CancellationToken.None);
        return folded;
    }

    private async Task<IReadOnlyList<UsageRecord>> InsertAsync(WorkerId worker, IReadOnlyList<UsageRecord> given, CancellationToken cancellationToken)
    {
        string Key(UsageRecord record) => record.Key ?? string.Create(CultureInfo.InvariantCulture, $"{worker}#{record.Sequence}");

        // One statement meets no row twice.
        List<UsageRecord> records = [.. given.GroupBy(Key).Select(same => same.MaxBy(record => record.Try)!)];
        await using var command = database.CreateCommand(Insert);
        var parameters = command.Parameters;
        parameters.AddWithValue("worker", worker.Value);
        Add(parameters, "sequence", records, record => checked((long)record.Sequence));
        Add(parameters, "usage_key", records, Key);
        Add(parameters, "usage_try", records, record => record.Try);
        Add(parameters, "call_id", records, record => record.CallId);
        Add(parameters, "namespace", records, record => record.Function.Namespace.Value);
        Add(parameters, "function", records, record => record.Function.Name.Value);
        Add(parameters, "revision", records, record => record.Revision);
        Add(parameters, "prompt_tokens", records, record => record.PromptTokens);
        Add(parameters, "completion_tokens", records, record => record.CompletionTokens);
        Add(parameters, "ttft_ms", records, record => record.TtftMs);
        Add(parameters, "total_ms", records, record => record.TotalMs);
        Add(parameters, "outcome", records, record => record.Outcome);
        Add(parameters, "started_at", records, record => record.StartedAt.ToUniversalTime());
        Add(parameters, "adapter_tier", records, record => record.AdapterTier.ToString());
        Add(parameters, "queue_ms", records, record => record.QueueMs);
        Add(parameters, "load_ms", records, record => record.LoadMs);
        Add(parameters, "prefill_ms", records, record => record.PrefillMs);
        Add(parameters, "decode_ms", records, record => record.DecodeMs);
        Add(parameters, "door_ms", records, record => record.Stages.DoorMs);
        Add(parameters, "activation_ms", records, record => record.Stages.ActivationMs);
        Add(parameters, "sandbox_ms", records, record => record.Stages.SandboxMs);
        Add(parameters, "map_ms", records, record => record.Stages.MapMs);
        Add(parameters, "kernels_ms", records, record => record.Stages.KernelsMs);
        Add(parameters, "adapter_ms", records, record => record.Stages.AdapterMs);
        Add(parameters, "prompt_ms", records, record => record.Stages.PromptMs);
        Add(parameters, "prefix_ms", records, record => record.Stages.PrefixMs);
        Add(parameters, "transport_ms", records, record => record.Stages.TransportMs);
        Add(parameters, "connect_ms", records, record => record.Stages.ConnectMs);
        Add(parameters, "admission_ms", records, record => record.Stages.AdmissionMs);
        Add(parameters, "relay_ms", records, record => record.Stages.RelayMs);
        Add(parameters, "handler_ms", records, record => record.Stages.HandlerMs);
        Add(parameters, "code_ms", records, record => record.Stages.CodeMs);
        Add(parameters, "backbone_tier", records, record => record.BackboneTier?.ToString());
        Add(parameters, "sandbox_warm", records, record => record.SandboxWarm);
        Add(parameters, "prefix_tier", records, record => record.PrefixTier?.ToString());
        Add(parameters, "prefix_bytes", records, record => record.PrefixBytes);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var added = new HashSet<ulong>();
        await reader.NextResultAsync(cancellationToken);

        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(1))
            {
                added.Add((ulong)reader.GetInt64(0));
            }
        }

        return [.. records.Where(record => added.Contains(record.Sequence))];
    }

    private async Task<IReadOnlyList<UsageSum>> SumRowsAsync(HourSpan span, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT namespace, function, sum(invocations)::bigint, sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint, sum(decode_ms), sum(prefill_ms)
            FROM (
                SELECT namespace, function, 1::bigint AS invocations, prompt_tokens::bigint, completion_tokens::bigint, decode_ms, prefill_ms
                FROM usage_records WHERE started_at >= @from AND started_at < @to
                UNION ALL
                SELECT namespace, function, invocations, prompt_tokens, completion_tokens, decode_ms, prefill_ms
                FROM usage_days WHERE day >= @first_day AND day < @to
            ) AS used
            GROUP BY namespace, function ORDER BY namespace, function
            """);
        // A day counts when any of its hours does.
        command.Parameters.AddWithValue("first_day", HourSpan.StartOf(span.First - (span.First % HourSpan.HoursOfDay)));
        command.Parameters.AddWithValue("from", HourSpan.StartOf(span.First));
        command.Parameters.AddWithValue("to", HourSpan.StartOf(span.End));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sums = new List<UsageSum>();

        while (await reader.ReadAsync(cancellationToken))
        {
            sums.Add(new UsageSum(
                new FunctionId(new NamespaceName(reader.GetString(0)), new FunctionName(reader.GetString(1))),
                reader.GetInt64(2),
                reader.GetInt64(3),
                reader.GetInt64(4),
                reader.GetDouble(5),
                reader.GetDouble(6)));
        }

        return sums;
    }

    private async Task<IReadOnlyList<ServedMinute>> ReadServedAsync(FunctionId? function, long first, long last, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT date_trunc('minute', started_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS minute, width_bucket(ttft_ms, @bounds), count(*), count(*) FILTER (WHERE outcome = 'ok'),
                   count(*) FILTER (WHERE adapter_tier <> 'Device'), sum(completion_tokens),
                   count(*) FILTER (WHERE prefix_tier = 'Device'), count(*) FILTER (WHERE prefix_tier = 'Host'), count(*) FILTER (WHERE prefix_tier = 'Disk'),
                   (sum(prefix_bytes) FILTER (WHERE prefix_tier IN ('Host', 'Disk')))::bigint
            FROM usage_records
            WHERE started_at >= @from AND started_at < @to AND (@name IS NULL OR (namespace = @namespace AND function = @name))
            GROUP BY 1, 2 ORDER BY 1, 2
            """);
        command.Parameters.AddWithValue("bounds", TtftScale.BoundsMs.ToArray());
        command.Parameters.AddWithValue("from", DateTimeOffset.UnixEpoch.AddMinutes(first));
        command.Parameters.AddWithValue("to", DateTimeOffset.UnixEpoch.AddMinutes(last + 1));
        command.Parameters.Add(new NpgsqlParameter("namespace", NpgsqlTypes.NpgsqlDbType.Text) { Value = function?.Namespace.Value ?? (object)DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("name", NpgsqlTypes.NpgsqlDbType.Text) { Value = function?.Name.Value ?? (object)DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var minutes = new List<ServedMinute>();

        while (await reader.ReadAsync(cancellationToken))
        {
            var minute = await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
            var (calls, succeeded) = (reader.GetInt64(2), reader.GetInt64(3));
            var ttft = new long[TtftScale.Buckets];
            ttft[reader.GetInt32(1)] = succeeded;
            var sum = new ServedSum(calls, calls - succeeded, reader.GetInt64(4), reader.GetInt64(5), ttft)
            {
                Prefixes = new ServedPrefixes(reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.IsDBNull(9) ? 0 : reader.GetInt64(9)),
            };

            if (minutes is [.., var newest] && newest.Minute == minute)
            {
                minutes[^1] = newest with { Sum = newest.Sum + sum };
            }
            else
            {
                minutes.Add(new ServedMinute(minute, sum));
            }
        }

        return minutes;
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, string name, IReadOnlyList<UsageRecord> records, Func<UsageRecord, T> column) =>
        parameters.AddWithValue(name, records.Select(column).ToArray());
}
