using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>The official CloudEvents SDK for JavaScript, unmodified, against the whole platform; js-cloudevents/cloudevents-conformance.mjs has the checks.</summary>
[Collection(DemoGroup.Name)]
public sealed class CloudEventsJavaScriptSdkTests(DemoPlatform demo)
{
    private const int Checks = 14;

    [Fact]
    public async Task The_official_sdk_finds_nothing_wrong()
    {
        var folder = await NodeFolder.InstallAsync("tests/system/LoraFaaS.System.Tests/js-cloudevents");
        var (prompt, expected) = DemoData.First("sentiment");
        await using var node = ChildProcess.Start(
            "node", ["cloudevents-conformance.mjs", demo.Running.Gateway.ToString(), "sentiment", prompt, expected], folder);

        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(Checks, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
