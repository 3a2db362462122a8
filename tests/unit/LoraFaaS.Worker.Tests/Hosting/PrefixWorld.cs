using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A function of the demo with a system prompt, whose prefix the worker is told to prepare.</summary>
internal static class PrefixWorld
{
    private const string System = "You answer in one word. You never explain yourself, you never apologise, and you use lower case only.";

    public static async Task EndAsync(DemoWorld world, ResidentSandbox sandbox, bool isKilled)
    {
        if (isKilled)
        {
            Assert.True(ProcessControl.Send(sandbox.ProcessId, Signal.Kill));
        }
        else
        {
            Assert.True(await world.Worker.Get<SandboxSupervisor>().TryStopAsync(sandbox));
        }

        await Patience.ForAsync(sandbox.Closed);
    }

    public static async Task PrepareAsync(DemoWorld world, string system = System, int revision = 1)
    {
        var preload = new PreloadArtifact
        {
            Kind = "prefix",
            Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" },
            Revision = new Revision
            {
                Number = revision, BackboneDigest = world.Backbone.Value, AdapterDigest = world.DigestOf("sql").Value, AdapterBytes = world.Archive("sql").Length, SystemPrompt = system,
            },
            TrustDomain = "openfaas-fn",
            Tier = (int)StorageTier.Device,
            Reason = "P=0.71 in 5 min",
        };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Preload = preload })).ErrorCode);
    }

    public static async Task OffloadAsync(DemoWorld world, StorageTier tier)
    {
        var leave = new OffloadArtifact { Kind = "prefix", Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" }, Revision = 1, Tier = (int)tier };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = leave })).ErrorCode);
    }

    public static GenerateRequest Ask(DemoWorld world, string trustDomain = "openfaas-fn", string system = System, int revision = 1)
    {
        var request = world.Request("sql", "list the names", trustDomain, maxTokens: 6);
        (request.Revision.Number, request.Revision.SystemPrompt) = (revision, system);
        return request;
    }
}
