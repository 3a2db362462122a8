using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>What the official OpenAI client does by itself when a key is over its rates: it waits as long as it is told, and has its answer; js/openai-retries.mjs has the checks.</summary>
[Collection(DemoGroup.Name)]
public sealed class OpenAiRetryTests(DemoPlatform demo)
{
    [Fact]
    public async Task The_official_client_waits_for_a_limit_as_it_is_told()
    {
        var folder = await NodeFolder.InstallAsync("tests/system/LoraFaaS.System.Tests/js");
        var (prompt, expected) = DemoData.First("sql");
        var requests = await KeyAsync("hurried", "--requests-per-minute", "60");
        var tokens = await KeyAsync("wordy", "--tokens-per-minute", "6000");
        await using var node = ChildProcess.Start("node", ["openai-retries.mjs", new Uri(demo.Running.Gateway, "v1").ToString(), requests, tokens, "sql", prompt, expected], folder);

        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(2, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    private async Task<string> KeyAsync(string name, params string[] limits)
    {
        var made = await LorafaasCommand.RunAsync(demo.Running.DataFolder, null, ["key", "create", name, .. limits]);
        Assert.True(made.ExitCode == 0, made.Errors);
        return made.Output.Trim();
    }
}
