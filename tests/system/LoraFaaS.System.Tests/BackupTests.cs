using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Servers;

namespace LoraFaaS.SystemTests;

/// <summary>What deploy/OPERATIONS.md says about backups, done: the platform elsewhere has the same functions and answers.</summary>
public sealed class BackupTests
{
    private static readonly (string Prompt, string Expected) Case = DemoData.First("sql");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_of_Postgres_restored_into_an_empty_database_is_the_platform_again()
    {
        using var folder = new TempFolder();
        await using var postgres = await PostgresServer.StartOwnAsync();
        var (lost, restored) = (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        var dump = folder.File("lorafaas.dump");
        var (before, after) = (folder.File("before"), folder.File("after"));

        await using (var platform = await RunningPlatform.StartAsync(before, "--demo", "--postgres", lost))
        {
            await StoreSecretAsync(platform);

            // While it serves: a dump is a snapshot.
            await postgres.RunToolAsync("pg_dump", lost, "-Fc", "-f", dump);
        }

        await postgres.RunToolAsync("pg_restore", restored, "--no-owner", "--exit-on-error", dump);
        Directory.CreateDirectory(after);
        File.Copy(Path.Combine(before, "secrets-key"), Path.Combine(after, "secrets-key"));

        await using var again = await RunningPlatform.StartAsync(after, "--postgres", restored);
        await IsWholeAsync(again);
    }

    [Fact]
    public async Task A_copy_of_the_data_folders_durable_part_is_the_platform_again()
    {
        using var folder = new TempFolder();
        var (before, after) = (folder.File("before"), folder.File("after"));

        await using (var platform = await RunningPlatform.StartAsync(before, "--demo"))
        {
            await StoreSecretAsync(platform);
            Assert.Equal(0, await platform.StopAsync());
        }

        Copy(Path.Combine(before, "controller"), Path.Combine(after, "controller"));
        File.Copy(Path.Combine(before, "secrets-key"), Path.Combine(after, "secrets-key"));

        await using var again = await RunningPlatform.StartAsync(after);
        await IsWholeAsync(again);
    }

    private static async Task StoreSecretAsync(RunningPlatform platform)
    {
        var stored = await LorafaasCommand.RunAsync(platform.DataFolder, "kept", "secret", "create", "token");
        Assert.True(stored.ExitCode == 0, stored.Errors);
    }

    private static async Task IsWholeAsync(RunningPlatform platform)
    {
        await platform.AnswersAgainAsync("sql", Case.Prompt, Case.Expected);

        // A value that cannot be opened any more is not given out either: one of the same key can be set anew.
        Assert.Equal("token", (await LorafaasCommand.RunAsync(platform.DataFolder, null, "secret", "list", "--quiet")).Output.Trim());
        using var usage = new HttpRequestMessage(HttpMethod.Get, "api/v1/stats");
        usage.Headers.Authorization = platform.Basic;
        using var response = await platform.Http.SendAsync(usage, Stop);
        Assert.True(response.IsSuccessStatusCode);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);

        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var inner in Directory.EnumerateDirectories(from))
        {
            Copy(inner, Path.Combine(to, Path.GetFileName(inner)));
        }
    }
}
