using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Servers;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.SystemTests;

/// <summary>What is brought ahead of calls gives way to a call, with real processes: the plan's command is under way, for as long as the test likes.</summary>
public sealed class PreloadYieldTests
{
    private const string Ahead = "rare";
    private const string Live = "sql";

    [Fact]
    public async Task A_preload_under_way_is_given_up_for_a_call_that_wakes_another_function_and_is_asked_for_again()
    {
        await using var postgres = await PostgresServer.StartOwnAsync();
        using var data = new TempFolder();
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await using var gate = new ArtifactGate(source);
        var (prompt, expected) = DemoData.First(Live);
        var (other, otherExpected) = DemoData.First("sentiment");

        // One function sleeps with its adapter on the worker's disk, the other's adapter has never been at a worker: the store gives nothing out any more.
        await using (var first = await RunningPlatform.StartAsync(data.Path, Settings(("Planning__Enabled", "false")), "--demo", "--postgres", database))
        {
            await RunAsync(data, "push", CopyOf("sentiment", data), $"lora://lory-5m/{Ahead}");
            await gate.CloseAsync();
            await RunAsync(data, "deploy", Ahead, "--image", $"lora://lory-5m/{Ahead}", "--label", "com.openfaas.scale.zero=true", "--annotation", "lorafaas.io/isolation=function", "--annotation", "lorafaas.io/temperature=0");
            await ScaleToZeroAsync(first, Ahead);
            await SleepAsync(first);
            Assert.Equal(0, await first.StopAsync());
        }

        await using (var remember = source.CreateCommand("INSERT INTO forecast_memory (name, content, saved_at) VALUES ('histories', $1, clock_timestamp()) ON CONFLICT (name) DO UPDATE SET content = excluded.content"))
        {
            remember.Parameters.Add(new NpgsqlParameter { Value = RememberedCalls.EveryTenMinutes(Ahead) });
            await remember.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var platform = await RunningPlatform.StartAsync(
            data.Path, Settings(("Planning__Interval", "00:00:01"), ("Planning__Horizon", "00:15:00")), "--postgres", database);
        var log = Path.Combine(data.Path, "logs", "controller.log");

        // Who waits too long at the store gives up too, so one that was not under way just then is tried again.
        await Patience.UntilAsync(
            async cancellationToken =>
            {
                await SleepAsync(platform);
                await Patience.UntilAsync(async _ => await gate.SomebodyWaitsAsync(), Patience.StartLimit, "the plan's command waits at the store");
                Assert.Equal(expected, await platform.AnswerAsync(Live, prompt));
                return await SaysThatItGaveWayAsync(log, cancellationToken);
            },
            Patience.StartLimit,
            "a preload that gave way");
        Assert.False(await IsOnDeviceAsync(platform));

        await gate.OpenAsync();
        await Patience.UntilAsync(async _ => await IsOnDeviceAsync(platform), Patience.StartLimit, "what was given up is brought after all");
        Assert.Equal(otherExpected, await platform.AnswerAsync(Ahead, other));
    }

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(pair => "Controller__" + pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal);
        all["Controller__KeepAlive__Interval"] = "00:00:00.500";
        all["Logging__LogLevel__LoraFaaS.ControlPlane.Planning.PlanCommands"] = "Debug";
        return all;
    }

    /// <summary>A folder with other bytes, so that it is another artifact.</summary>
    private static string CopyOf(string adapter, TempFolder data)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data.Path, "copied")).FullName;

        foreach (var file in Directory.EnumerateFiles(Path.Combine(DemoData.Folder, "adapters", adapter)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        File.AppendAllText(Path.Combine(folder, "adapter_config.json"), "\n");
        return folder;
    }

    /// <summary>The answer to a command comes a moment after the call that it gave way to.</summary>
    private static async Task<bool> SaysThatItGaveWayAsync(string log, CancellationToken cancellationToken)
    {
        for (var look = 0; look < 100; look++)
        {
            await using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var lines = (await reader.ReadToEndAsync(cancellationToken)).Split('\n');

            if (lines.Any(line => line.Contains(Ahead, StringComparison.Ordinal) && line.Contains("An invocation needed the way", StringComparison.Ordinal)))
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }

        return false;
    }

    private static async Task SleepAsync(RunningPlatform platform)
    {
        await ScaleToZeroAsync(platform, Live);
        await Patience.UntilAsync(
            async _ => (await AskAsync(platform, $"system/function/{Live}")).GetProperty("lorafaas").GetProperty("heldBy").GetInt32() == 0, Patience.StartLimit, $"{Live} sleeps");
    }

    private static async Task ScaleToZeroAsync(RunningPlatform platform, string function)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"system/scale-function/{function}")
        {
            Headers = { Authorization = platform.Basic },
            Content = new StringContent($$"""{ "serviceName": "{{function}}", "replicas": 0 }""", Encoding.UTF8, "application/json"),
        };
        using var response = await platform.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Its isolation gives it a trust domain of its own: what lies there is its own.</summary>
    private static async Task<bool> IsOnDeviceAsync(RunningPlatform platform) =>
        (await AskAsync(platform, "api/v1/workers")).EnumerateArray()
            .SelectMany(worker => worker.GetProperty("resident").EnumerateArray())
            .Any(resident => Word(resident, "kind") == "adapter" && Word(resident, "tier") == "device" && Word(resident, "trustDomain").Contains(Ahead, StringComparison.Ordinal));

    private static string Word(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static async Task<JsonElement> AskAsync(RunningPlatform platform, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = platform.Basic } };
        using var response = await platform.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return json.RootElement.Clone();
    }

    private static async Task RunAsync(TempFolder data, params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(data.Path, null, arguments);
        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Errors}");
    }
}
