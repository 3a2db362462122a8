using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.ControlPlane.Ports;
using Npgsql;
using NpgsqlTypes;

namespace LoraFaaS.Storage.Postgres;

/// <summary>Plans as rows, their lines as one document.</summary>
internal sealed class PostgresPlanStore(NpgsqlDataSource database, PostgresRetry retry) : IPlanStore
{
    private readonly PostgresTransaction _transaction = new(database, retry);

    public async Task<PlanInfo?> AppendAsync(PlanInfo plan, CancellationToken cancellationToken)
    {
        var number = 0L;
        var outcome = await _transaction.RunAsync(
            async (connection, token) =>
            {
                await using var insert = new NpgsqlCommand(
                    """
                    INSERT INTO preload_plans (made_at, controller, leader_token, worth_ms, lines, workers)
                    SELECT @at, @controller, @token, @worth, @lines, @workers
                    WHERE NOT EXISTS (SELECT FROM preload_plans WHERE leader_token > @token)
                    RETURNING number
                    """,
                    connection);
                AddFields(insert, plan);

                if (await insert.ExecuteScalarAsync(token) is not long added)
                {
                    return CatalogueWrite.Stale;
                }

                number = added;
                await using var delete = new NpgsqlCommand("DELETE FROM preload_plans WHERE number <= @last", connection);
                delete.Parameters.AddWithValue("last", added - IPlanStore.Kept);
                await delete.ExecuteNonQueryAsync(token);
                return CatalogueWrite.Done;
            },
            cancellationToken);

        return outcome is CatalogueWrite.Done ? plan with { Number = number } : null;
    }

    public async Task<PlanInfo?> RefreshAsync(PlanInfo plan, CancellationToken cancellationToken)
    {
        var changed = await retry.RepeatAsync(
            async token =>
            {
                await using var command = database.CreateCommand(
                    """
                    UPDATE preload_plans SET made_at = @at, controller = @controller, leader_token = @token, worth_ms = @worth, lines = @lines, workers = @workers
                    WHERE number = @number AND leader_token <= @token AND NOT EXISTS (SELECT FROM preload_plans WHERE number > @number)
                    """);
                command.Parameters.AddWithValue("number", plan.Number);
                AddFields(command, plan);
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

        return changed == 1 ? plan : null;
    }

    public async ValueTask<PlanInfo?> FindNewestAsync(CancellationToken cancellationToken) => await ListAsync(1, cancellationToken) is [var newest, ..] ? newest : null;

    public async ValueTask<IReadOnlyList<PlanInfo>> ListAsync(int newest, CancellationToken cancellationToken) =>
        await retry.RepeatAsync(token => ReadAsync(newest, token), cancellationToken);

    private static void AddFields(NpgsqlCommand command, PlanInfo plan)
    {
        command.Parameters.AddWithValue("at", plan.MadeAt.ToUniversalTime());
        command.Parameters.AddWithValue("controller", plan.Controller);
        command.Parameters.AddWithValue("token", plan.LeaderToken);
        command.Parameters.AddWithValue("worth", plan.WorthMs);
        command.Parameters.AddWithValue("lines", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(plan.Lines, ContractsJson.Default.IReadOnlyListPlanLine));
        command.Parameters.AddWithValue("workers", plan.Workers.ToArray());
    }

    private async Task<List<PlanInfo>> ReadAsync(int newest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT number, made_at, controller, leader_token, worth_ms, lines, workers FROM preload_plans ORDER BY number DESC LIMIT @limit");
        command.Parameters.AddWithValue("limit", newest);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var plans = new List<PlanInfo>();

        while (await reader.ReadAsync(cancellationToken))
        {
            plans.Add(new PlanInfo
            {
                Number = reader.GetInt64(0),
                MadeAt = reader.GetFieldValue<DateTimeOffset>(1),
                Controller = reader.GetString(2),
                LeaderToken = reader.GetInt64(3),
                WorthMs = reader.GetDouble(4),
                Lines = JsonSerializer.Deserialize(reader.GetString(5), ContractsJson.Default.ListPlanLine) ?? [],
                Workers = reader.GetFieldValue<string[]>(6),
            });
        }

        return plans;
    }
}
