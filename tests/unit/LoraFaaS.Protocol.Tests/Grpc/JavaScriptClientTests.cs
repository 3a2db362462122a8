using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>The official JavaScript client against our server; js/client.mjs has the checks.</summary>
public sealed class JavaScriptClientTests(KestrelControlServer server) : IClassFixture<KestrelControlServer>
{
    private const int Checks = 20;

    internal static readonly string ControlProto = RepositoryRoot.Of("controller", "LoraFaaS.Protocol", "Control", "control.proto");

    [Fact]
    public async Task The_official_client_finds_nothing_wrong_with_our_server()
    {
        var folder = await NodeFolder.InstallAsync("tests/unit/LoraFaaS.Protocol.Tests/js");
        await using var node = ChildProcess.Start("node", ["client.mjs", server.Address.Authority, ControlProto], folder);

        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(Checks, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }
}
