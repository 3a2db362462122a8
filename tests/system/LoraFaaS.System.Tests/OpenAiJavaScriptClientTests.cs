using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>The official OpenAI client for JavaScript, unmodified, against the whole platform; js/openai-conformance.mjs has the checks.</summary>
[Collection(DemoGroup.Name)]
public sealed class OpenAiJavaScriptClientTests(DemoPlatform demo)
{
    private const int Checks = 32;

    [Theory]
    [InlineData("sql")]
    [InlineData("en-fr")]
    public async Task The_official_client_finds_nothing_wrong(string function)
    {
        var folder = await NodeFolder.InstallAsync("tests/system/LoraFaaS.System.Tests/js");
        var (prompt, expected) = DemoData.First(function);
        await using var node = ChildProcess.Start("node", ["openai-conformance.mjs", new Uri(demo.Running.Gateway, "v1").ToString(), function, prompt, expected], folder);

        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(Checks, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
