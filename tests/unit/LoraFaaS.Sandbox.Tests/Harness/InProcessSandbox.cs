using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>The whole pipeline in this process, over a real pair of sockets.</summary>
internal sealed class InProcessSandbox : IAsyncDisposable
{
    private readonly MemoryStream _log = new();

    private InProcessSandbox(DescriptorStream sandbox, DescriptorStream worker)
    {
        Worker = new WorkerSide(worker);
        Exit = RunAsync(new WorkerConnection(sandbox), new JsonLog(Stream.Synchronized(_log), TimeProvider.System));
    }

    public WorkerSide Worker { get; }

    public Task<SandboxExit> Exit { get; }

    public string Log => System.Text.Encoding.UTF8.GetString(_log.ToArray());

    public static async Task<InProcessSandbox> StartAsync()
    {
        var (sandbox, worker) = await DescriptorStream.PairAsync(maxPending: 16, CancellationToken.None);
        return new InProcessSandbox(sandbox, worker);
    }

    /// <summary>Opened over the demo, with these adapters loaded.</summary>
    public static async Task<InProcessSandbox> OpenAsync(DemoWorld demo, IEnumerable<string> adapters, Action<Protocol.Sandbox.Open>? change = null, SealedMemory? backbone = null)
    {
        var sandbox = await StartAsync();
        var ready = await sandbox.Worker.OpenAsync(demo, change, backbone);
        Assert.True(ready.Ready is not null, $"{ready}");

        foreach (var adapter in adapters)
        {
            var loaded = await sandbox.Worker.LoadAsync(demo, adapter);
            Assert.True(loaded.AdapterLoaded is not null, $"{loaded}");
        }

        return sandbox;
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Patience.ForAsync(Exit);
    }

    private static async Task<SandboxExit> RunAsync(WorkerConnection connection, JsonLog log)
    {
        await using (connection)
        {
            return await SandboxPipeline.RunAsync(connection, TimeProvider.System, log, CancellationToken.None);
        }
    }
}
