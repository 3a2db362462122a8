using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>The official gRPC client for JavaScript, unmodified, against the whole platform; js-grpc/grpc-conformance.mjs has the checks.</summary>
[Collection(DemoGroup.Name)]
public sealed class GrpcJavaScriptClientTests(DemoPlatform demo)
{
    private const int Checks = 13;

    [Fact]
    public async Task The_official_client_finds_nothing_wrong()
    {
        var folder = await NodeFolder.InstallAsync("tests/system/LoraFaaS.System.Tests/js-grpc");
        var prompt = DemoData.First("sql").Prompt;

        // The protocol gives the prompt as it is, which the REST form of it does too.
        using var plain = await demo.Running.Http.PostAsync(
            "v2/models/sql/generate",
            new StringContent($$"""{"text_input":{{System.Text.Json.JsonSerializer.Serialize(prompt)}},"parameters":{"temperature":0,"max_tokens":24,"ignore_eos":true} }""", System.Text.Encoding.UTF8, "application/json"));
        using var answer = System.Text.Json.JsonDocument.Parse(await plain.Content.ReadAsStringAsync());
        var expected = answer.RootElement.GetProperty("text_output").GetString()!;
        Assert.NotEmpty(expected);

        await using var node = ChildProcess.Start(
            "node", ["grpc-conformance.mjs", demo.Running.Grpc.Authority, RepositoryRoot.Of("controller", "LoraFaaS.Protocol"), "sql", prompt, expected], folder);
        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(Checks, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
