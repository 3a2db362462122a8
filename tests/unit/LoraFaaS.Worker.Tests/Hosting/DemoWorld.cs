using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Backbones;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A worker with a controller that knows the demo backbone, and some of its adapters in the store.</summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    private readonly Dictionary<string, byte[]> _archives = [];

    private DemoWorld(TempFolder folder, ScriptedController controller, Digest backbone)
    {
        Folder = folder;
        Controller = controller;
        Backbone = backbone;
    }

    public TempFolder Folder { get; }

    public ScriptedController Controller { get; }

    public Digest Backbone { get; }

    public WorkerUnderTest Worker { get; private set; } = null!;

    public static Task<DemoWorld> StartAsync(params string[] options) => StartAsync(_ => { }, options);

    /// <param name="before">Done in its folder before the worker starts.</param>
    /// <param name="options">Of the worker.</param>
    public static async Task<DemoWorld> StartAsync(Action<DemoWorld> before, params string[] options)
    {
        var token = TestContext.Current.CancellationToken;
        var folder = new TempFolder();
        var controller = await ScriptedController.StartAsync(WorkerUnderTest.WriteToken(folder));
        var world = new DemoWorld(folder, controller, await Demo.BackboneDigestAsync(token));
        controller.Register("lory-5m", world.Backbone, Demo.BackboneFolder);

        foreach (var adapter in (string[])["sentiment", "sql", "ticket-router"])
        {
            world._archives[adapter] = await Demo.ArchiveAsync(adapter, token);
            controller.Store.Put(world._archives[adapter]);
        }

        before(world);
        world.Worker = await WorkerUnderTest.StartAsync(folder, controller.RpcUrl, options);
        await Patience.UntilAsync(() => world.Worker.Get<BackboneCatalogue>().All.Count > 0);
        return world;
    }

    public byte[] Archive(string adapter) => _archives[adapter];

    public Digest DigestOf(string adapter) => Digest.OfBytes(Archive(adapter));

    public GenerateRequest Request(string? adapter, string prompt, string trustDomain = "openfaas-fn", int maxTokens = 64) =>
        Demo.Request(Backbone, adapter is null ? null : Archive(adapter), prompt, trustDomain, maxTokens, adapter ?? "base");

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Controller.DisposeAsync();
        Folder.Dispose();
    }
}
