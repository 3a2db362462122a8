using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.SystemTests;

/// <summary>The same platform on Postgres and Redis: what holds embedded holds there, and their own deaths are survived.</summary>
public sealed class RealServersTests
{
    [Fact]
    public async Task Functions_survive_the_death_of_every_process_and_of_both_servers()
    {
        await using var postgres = await PostgresServer.StartOwnAsync();
        await using var redis = await RedisServer.StartOwnAsync();
        using var data = new TempFolder();
        string[] servers = ["--postgres", await postgres.CreateDatabaseAsync(), "--redis", redis.Configuration];
        var (prompt, expected) = DemoData.First("ticket-router");

        await using (var platform = await RunningPlatform.StartAsync(data.Path, ["--demo", .. servers]))
        {
            await FaultScript.KillEachAndCheckAsync(platform, prompt, expected);

            // A warm call needs neither server.
            await redis.CrashAsync();
            await postgres.CrashAsync();
            Assert.Equal(expected, await platform.AnswerAsync("ticket-router", prompt));

            await postgres.StartAgainAsync();
            await redis.StartAgainAsync();
            await platform.AnswersAgainAsync("ticket-router", prompt, expected);
            var listed = await LorafaasCommand.RunAsync(data.Path, null, "list");
            Assert.True(listed.ExitCode == 0, listed.Errors);
            Assert.Contains("ticket-router", listed.Output, StringComparison.Ordinal);

            var changed = await LorafaasCommand.RunAsync(data.Path, null, "deploy", "after", "--image", "lora://lory-5m/ticket-router");
            Assert.True(changed.ExitCode == 0, changed.Errors);
            Assert.Equal(0, await platform.StopAsync());
        }

        // Another data folder: what answers now was kept by Postgres.
        using var elsewhere = new TempFolder();
        await using var again = await RunningPlatform.StartAsync(elsewhere.Path, servers);
        await again.AnswersAgainAsync("after", prompt, expected);
    }
}
