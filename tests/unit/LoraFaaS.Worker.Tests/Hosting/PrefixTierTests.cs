using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Keys and values of prompt prefixes, from pages to the host's memory and back.</summary>
public sealed class PrefixTierTests
{
    private const string System = "You answer in one word. You never explain yourself, you never apologise, and you use lower case only.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_prefix_outlives_its_sandbox_however_that_ends_and_the_answer_is_the_same(bool isKilled)
    {
        await using var world = await DemoWorld.StartAsync();
        var plain = await world.Worker.GenerateAsync(Ask(world, "elsewhere"), Token);
        await PrepareAsync(world);
        var first = world.Worker.SandboxOf("openfaas-fn");
        var kept = Assert.Single(first.Prefixes);

        await EndAsync(world, first, isKilled);
        var answer = await world.Worker.GenerateAsync(Ask(world), Token);

        Assert.NotEqual(first.Id, world.Worker.SandboxOf("openfaas-fn").Id);
        Assert.Equal(kept.Tokens, answer.Finished!.CachedPromptTokens);
        Assert.True(answer.Finished.ColdStart is { PrefixCached: true, PrefixMs: > 0 });
        Assert.Equal((plain.Text, 0), (answer.Text, plain.Finished!.CachedPromptTokens));
        Assert.Equal(kept, Assert.Single(world.Worker.SandboxOf("openfaas-fn").Prefixes));
    }

    [Fact]
    public async Task It_comes_back_after_it_has_left_the_pages_with_its_adapter()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrepareAsync(world);
        var sandbox = world.Worker.SandboxOf("openfaas-fn");
        Assert.True(await sandbox.TryOffloadAsync(world.DigestOf("sql"), Token));
        Assert.Empty(sandbox.Prefixes);

        Assert.True((await world.Worker.GenerateAsync(Ask(world), Token)).Finished!.CachedPromptTokens >= 16);
        Assert.Single(sandbox.Prefixes);
    }

    [Fact]
    public async Task No_other_trust_domain_is_given_it_and_its_bytes_have_an_owner()
    {
        await using var world = await DemoWorld.StartAsync();
        var ledger = world.Worker.Get<HostLedger>();
        await PrepareAsync(world);
        var image = Assert.Single(world.Worker.Get<PrefixImages>().Inventory);
        Assert.Equal("openfaas-fn", image.Sandbox.TrustDomain.Value);
        Assert.Equal(image.Size, Assert.Single(ledger.Owners, owner => owner.Key.StartsWith("prefix ", StringComparison.Ordinal)).Value);

        Assert.Equal(0, (await world.Worker.GenerateAsync(Ask(world, "elsewhere"), Token)).Finished!.CachedPromptTokens);
        Assert.Empty(world.Worker.SandboxOf("elsewhere").Prefixes);

        var leave = new OffloadArtifact { Kind = "prefix", Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" }, Revision = 1, Tier = (int)StorageTier.Disk };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = leave })).ErrorCode);
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);
        Assert.DoesNotContain(ledger.Owners, owner => owner.Key.StartsWith("prefix ", StringComparison.Ordinal));
    }

    /// <summary>A function that was removed and deployed again begins at its first revision again.</summary>
    [Fact]
    public async Task What_was_computed_of_another_prompt_under_the_same_name_is_not_used_and_goes()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrepareAsync(world);
        await EndAsync(world, world.Worker.SandboxOf("openfaas-fn"), isKilled: false);
        const string Another = "You answer in many words, you explain yourself at length, and you never use anything but complete sentences.";

        var plain = await world.Worker.GenerateAsync(Ask(world, "elsewhere", Another), Token);
        var answer = await world.Worker.GenerateAsync(Ask(world, system: Another), Token);

        Assert.Equal((plain.Text, 0), (answer.Text, answer.Finished!.CachedPromptTokens));
        Assert.Empty(world.Worker.Get<PrefixImages>().Inventory);
    }

    [Fact]
    public async Task A_host_that_needs_the_room_keeps_none()
    {
        await using var world = await DemoWorld.StartAsync();
        await PrepareAsync(world);
        var images = world.Worker.Get<PrefixImages>();
        var (sandbox, name, size) = Assert.Single(images.Inventory);

        using (images.TryUse(sandbox, name))
        {
            Assert.False(images.TryEvictOne());
        }

        Assert.True(images.TryEvictOne());
        Assert.Empty(images.Inventory);
        Assert.Null(images.TryLease(name, world.Worker.Get<HostLedger>().Capacity));
        using var room = images.TryLease(name, size);
        Assert.NotNull(room);
    }

    private static async Task EndAsync(DemoWorld world, ResidentSandbox sandbox, bool isKilled)
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

    private static async Task PrepareAsync(DemoWorld world)
    {
        var preload = new PreloadArtifact
        {
            Kind = "prefix",
            Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" },
            Revision = new Revision
            {
                Number = 1, BackboneDigest = world.Backbone.Value, AdapterDigest = world.DigestOf("sql").Value, AdapterBytes = world.Archive("sql").Length, SystemPrompt = System,
            },
            TrustDomain = "openfaas-fn",
            Tier = (int)StorageTier.Device,
            Reason = "P=0.71 in 5 min",
        };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Preload = preload })).ErrorCode);
    }

    private static GenerateRequest Ask(DemoWorld world, string trustDomain = "openfaas-fn", string system = System)
    {
        var request = world.Request("sql", "list the names", trustDomain, maxTokens: 6);
        request.Revision.SystemPrompt = system;
        return request;
    }
}
