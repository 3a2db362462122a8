using System.Globalization;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>js/server.mjs, running.</summary>
public sealed class JavaScriptControlServer : IAsyncLifetime
{
    private ChildProcess? _node;

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public async ValueTask InitializeAsync()
    {
        var folder = await NodeFolder.InstallAsync("tests/unit/LoraFaaS.Protocol.Tests/js");
        _node = ChildProcess.Start("node", ["server.mjs", JavaScriptClientTests.ControlProto], folder);

        var line = await _node.WaitForLineAsync(line => line.StartsWith("port ", StringComparison.Ordinal));
        Address = new($"http://127.0.0.1:{int.Parse(line.AsSpan("port ".Length), CultureInfo.InvariantCulture)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }
}
