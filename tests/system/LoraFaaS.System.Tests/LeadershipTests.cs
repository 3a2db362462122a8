using System.Diagnostics;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Servers;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.SystemTests;

/// <summary>Two controllers on one database: one of them plans, each plan is made once, and the other goes on when the first is killed.</summary>
public sealed class LeadershipTests
{
    /// <summary>The lease holds for one and a half of it: long enough for a leader on a busy machine to keep it.</summary>
    private const string Interval = "00:00:03";

    [Fact]
    public async Task Two_controllers_plan_once_and_when_the_leader_is_killed_the_other_goes_on()
    {
        await using var postgres = await PostgresServer.StartOwnAsync();
        await using var redis = await RedisServer.StartOwnAsync();
        using var data = new TempFolder();
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Controller__Planning__Interval"] = Interval };
        await using var platform = await RunningPlatform.StartAsync(data.Path, settings, "--demo", "--postgres", database, "--redis", redis.Configuration);
        await using var second = await SecondControllerAsync(data, database, redis.Configuration);

        // A function that is always to be there is in the plan from the moment it is resident: every one makes another plan.
        foreach (var name in (string[])["first", "second", "third"])
        {
            await RunAsync(data, "deploy", name, "--image", "lora://lory-5m/sentiment", "--label", "com.openfaas.scale.min=1");
            await Patience.UntilAsync(async _ => await NamesAsync(source, name), Patience.StartLimit, $"a plan with {name}");
        }

        var plans = await PlansAsync(source);
        AssertMadeOnce(plans);

        // One trigger for both, in the database, and each has said there that it is alive.
        await Patience.UntilAsync(async _ => await CountAsync(source, "SELECT count(*) FROM qrtz_triggers WHERE trigger_name = 'plan'") == 1, Patience.StartLimit, "one trigger of planning");
        await Patience.UntilAsync(async _ => await CountAsync(source, "SELECT count(DISTINCT instance_name) FROM qrtz_scheduler_state") == 2, Patience.StartLimit, "two schedulers of one cluster");

        // Whoever leads now is killed; who holds the lease after it has a greater token, and its plans stand.
        var leader = plans[^1];
        var isSecond = leader.Controller.Contains($"-{second.Id}-", StringComparison.Ordinal);

        if (isSecond)
        {
            second.Kill();
        }
        else
        {
            Process.GetProcessById(platform.Pid("controller")).Kill();
        }

        await Patience.UntilAsync(
            async _ => (await PlansAsync(source))[^1] is var newest && newest.Token > leader.Token && newest.Controller != leader.Controller, Patience.StartLimit, "a plan of another controller");
        AssertMadeOnce(await PlansAsync(source));
    }

    /// <summary>A token is one controller's, plans follow one another by token, and no leader says again what its plan before says.</summary>
    private static void AssertMadeOnce(IReadOnlyList<StoredPlan> plans)
    {
        Assert.NotEmpty(plans);
        Assert.All(plans.GroupBy(plan => plan.Token), group => Assert.Single(group.Select(plan => plan.Controller).Distinct()));

        foreach (var (before, after) in plans.Zip(plans.Skip(1)))
        {
            Assert.True(after.Token >= before.Token, $"plan {after.Number} of {after.Controller} follows one of a later leader");
            Assert.True(after.Token > before.Token || after.Asked != before.Asked, $"plan {after.Number} says again what plan {before.Number} says");
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string query)
    {
        await using var command = source.CreateCommand(query);
        return Assert.IsType<long>(await command.ExecuteScalarAsync());
    }

    private static async Task<bool> NamesAsync(NpgsqlDataSource source, string function)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM preload_plans WHERE lines::text LIKE $1");
        command.Parameters.Add(new NpgsqlParameter { Value = $"%\"{function}.openfaas-fn\"%" });
        return await command.ExecuteScalarAsync() is > 0L;
    }

    private static async Task<IReadOnlyList<StoredPlan>> PlansAsync(NpgsqlDataSource source)
    {
        // What a plan asks for: its lines without the figures that move.
        await using var command = source.CreateCommand(
            """
            SELECT number, controller, leader_token,
                   coalesce((SELECT string_agg(concat_ws(' ', line->>'action', line->>'kind', line->>'worker', line->>'tier', line->>'function', line->>'revision', line->>'digest', line->>'trustDomain'), E'\n'
                                               ORDER BY line->>'kind', line->>'function', line->>'trustDomain', line->>'worker')
                             FROM jsonb_array_elements(lines) line), '')
            FROM preload_plans ORDER BY number
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var plans = new List<StoredPlan>();

        while (await reader.ReadAsync())
        {
            plans.Add(new StoredPlan(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3)));
        }

        return plans;
    }

    /// <summary>Beside the platform's own, with its secrets.</summary>
    private static async Task<ChildProcess> SecondControllerAsync(TempFolder data, string database, string redis)
    {
        var readyFile = Path.Combine(data.Path, "second-ready.json");
        var controller = ChildProcess.StartDotnet(
            RepositoryRoot.Built("controller/LoraFaaS.Controller", "LoraFaaS.Controller.dll"),
            [
                "--Host:HttpUrl", "http://127.0.0.1:0", "--Host:RpcUrl", "http://127.0.0.1:0", "--Host:ReadyFile", readyFile, "--Storage:DataPath", Path.Combine(data.Path, "second"),
                "--Internal:TokenFile", Path.Combine(data.Path, "internal-token"), "--Controller:SecretsKeyFile", Path.Combine(data.Path, "secrets-key"),
                "--Storage:Postgres", database, "--Storage:Redis", redis, "--Controller:Planning:Interval", Interval,
            ],
            data.Path);
        using var ready = await controller.WaitForReadyFileAsync(readyFile);
        return controller;
    }

    private static async Task RunAsync(TempFolder data, params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(data.Path, null, arguments);
        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Errors}");
    }

    private sealed record StoredPlan(long Number, string Controller, long Token, string Asked);
}
