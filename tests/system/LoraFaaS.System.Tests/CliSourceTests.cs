using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.SystemTests;

/// <summary>Where the command takes adapters from, by the command itself: a hub and a web server are real ones on this machine.</summary>
[Collection(DemoGroup.Name)]
public sealed class CliSourceTests(DemoPlatform demo)
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private static readonly string Adapter = Path.Combine(DemoData.Folder, "adapters", "sentiment");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_function_is_deployed_from_a_hub_by_one_command()
    {
        await using var hub = await StartHubAsync();
        var (prompt, expected) = DemoData.First("sentiment");

        var deployed = await RunAsync(hub, "deploy", "from-hub", "--image", "lora://lory-5m/from-hub:v1", "--adapter", "hf://owner/sentiment");
        var invoked = await RunAsync(hub, "invoke", "from-hub", prompt);
        var absent = await RunAsync(hub, "push", "hf://owner/none", "lora://lory-5m/none");

        Assert.True(deployed.ExitCode == 0, deployed.Errors);
        Assert.Contains(Commit, deployed.Errors, StringComparison.Ordinal);
        Assert.Equal(expected, invoked.Output.Trim());
        Assert.Equal(2, absent.ExitCode);
        Assert.Contains("has no adapter_config.json", absent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(hub, "remove", "from-hub")).ExitCode);
    }

    [Fact]
    public async Task The_same_bytes_come_from_a_folder_an_archive_and_an_address()
    {
        using var folder = new TempFolder();
        await using var web = await StartHubAsync();
        await PackAsync(folder.File("sentiment.tar.gz"));

        var digests = new List<string>();

        foreach (var source in (string[])[Adapter, folder.File("sentiment.tar.gz"), $"{web.Urls.First()}/sentiment.tar.gz"])
        {
            var pushed = await RunAsync(web, "push", source, "lora://lory-5m/same:v1", "--quiet");
            Assert.True(pushed.ExitCode == 0, pushed.Errors);
            digests.Add(pushed.Output.Trim());
        }

        Assert.Single(digests.Distinct());
    }

    [Fact]
    public async Task What_cannot_be_pushed_says_why_on_one_line()
    {
        using var folder = new TempFolder();
        File.Copy(Path.Combine(Adapter, "adapter_config.json"), folder.File("adapter_config.json"));
        await File.WriteAllTextAsync(folder.File("adapter_model.bin"), "", Stop);
        await using var hub = await StartHubAsync();

        foreach (var (source, said) in ((string, string)[])[
            (folder.Path, "save it again as safetensors"), ("nobody/nowhere", "hf://nobody/nowhere"), (Path.Combine(Adapter, "adapter_model.safetensors"), "name its folder"),
            ("hf://nobody", "hf://OWNER/NAME"), ($"{hub.Urls.First()}/none.tar", "404"), (Path.Combine(DemoData.Folder, "backbone"), "lorafaas backbone add")])
        {
            var refused = await RunAsync(hub, "push", source, "lora://lory-5m/none");
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(said, refused.Errors, StringComparison.Ordinal);
            Assert.Single(refused.Errors.Trim().Split('\n'));
        }
    }

    private static async Task PackAsync(string path)
    {
        await using var file = File.Create(path);
        await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        await TarFile.CreateFromDirectoryAsync(Adapter, gzip, includeBaseDirectory: true, Stop);
    }

    /// <summary>A repository with the demo's adapter, its weights behind a redirect as a hub has them; and the packed adapter at an address of its own.</summary>
    private static async Task<WebApplication> StartHubAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/owner/sentiment/resolve/{revision}/{file}", async (string revision, string file, HttpContext context) =>
        {
            var path = Path.Combine(Adapter, file);
            context.Response.Headers["X-Repo-Commit"] = Commit;

            if (revision is not ("main" or Commit) || !File.Exists(path))
            {
                return Results.NotFound();
            }

            if (file.EndsWith(".json", StringComparison.Ordinal))
            {
                return Results.File(path);
            }

            var content = await File.ReadAllBytesAsync(path);
            context.Response.Headers["X-Linked-ETag"] = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"";
            context.Response.Headers["X-Linked-Size"] = $"{content.Length}";
            return Results.Redirect($"/stored/{file}");
        });
        app.MapGet("/stored/{file}", (string file) => Results.File(Path.Combine(Adapter, file), enableRangeProcessing: true));
        app.MapGet("/sentiment.tar.gz", async (HttpContext context) =>
        {
            using var folder = new TempFolder();
            await PackAsync(folder.File("a"));
            await context.Response.SendFileAsync(folder.File("a"), context.RequestAborted);
        });
        await app.StartAsync(Stop);
        return app;
    }

    private async Task<CommandResult> RunAsync(WebApplication hub, params string[] arguments)
    {
        await using var process = LorafaasCommand.Start(
            arguments, demo.Running.DataFolder, new Dictionary<string, string?>(StringComparer.Ordinal) { ["HF_ENDPOINT"] = hub.Urls.First(), ["HF_TOKEN"] = null });
        process.CloseInput();
        return new CommandResult(await process.Exited.WaitAsync(Patience.StartLimit), string.Join('\n', process.Output), string.Join('\n', process.Errors));
    }
}
