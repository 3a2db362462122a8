using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class PreloadTests
{
    private const string System = "You answer in one word. You never explain yourself, you never apologise, and you use lower case only.";

    [Fact]
    public async Task An_adapter_climbs_the_tiers_and_the_inventory_says_since_when_and_why()
    {
        await using var world = await DemoWorld.StartAsync();

        foreach (var tier in (StorageTier[])[StorageTier.Disk, StorageTier.Host, StorageTier.Device, StorageTier.Device])
        {
            Assert.Equal("", (await world.Controller.CommandAsync(Preload(world, ArtifactKind.Adapter, tier))).ErrorCode);
        }

        var beat = world.Worker.Get<Control.Inventory>().Take();
        var places = beat.Resident.Where(resident => resident.Kind == "adapter" && resident.Digest == world.DigestOf("sql").Value).ToList();
        Assert.Equal([(int)StorageTier.Disk, (int)StorageTier.Host, (int)StorageTier.Device], places.Select(place => place.Tier));
        Assert.All(places, place => Assert.Equal("P=0.71 in 5 min", place.Reason));
        Assert.Contains(beat.Resident, resident => resident is { Kind: "sandbox", Tier: (int)StorageTier.Device, Reason: "P=0.71 in 5 min" });
        Assert.Equal((int)StorageTier.Device, (await world.Worker.GenerateAsync(world.Request("sql", "x", maxTokens: 2), Token)).Finished!.ColdStart.AdapterTier);
    }

    [Fact]
    public async Task A_blank_that_becomes_a_sandbox_is_missing_from_no_heartbeat()
    {
        await using var world = await DemoWorld.StartAsync();
        var inventory = world.Worker.Get<Control.Inventory>();
        await Patience.UntilAsync(() => inventory.Take().Resident.Any(resident => resident.Kind == "sandbox"));

        // A plan that is made meanwhile must find what the last one counted on, or it gives up what is just being brought: the blank, or the sandbox by its domain.
        var bringing = Task.Run(() => world.Controller.CommandAsync(Preload(world, ArtifactKind.Sandbox, StorageTier.Device)));

        while (!bringing.IsCompleted)
        {
            var resident = inventory.Take().Resident;
            Assert.Contains(resident, entry => entry is { Kind: "sandbox", Tier: (int)StorageTier.Host } or { Kind: "sandbox", TrustDomain: "openfaas-fn" });
            Assert.All(resident.Where(entry => entry.Opening), entry => Assert.Equal(("openfaas-fn", (int)StorageTier.Device), (entry.TrustDomain, entry.Tier)));
            await Task.Yield();
        }

        Assert.Equal("", (await bringing).ErrorCode);
        Assert.Contains(inventory.Take().Resident, resident => resident is { Kind: "sandbox", Tier: (int)StorageTier.Device, Opening: false });
    }

    [Fact]
    public async Task A_sandbox_that_is_being_opened_is_listed_by_its_trust_domain()
    {
        await using var world = await DemoWorld.StartAsync();
        var inventory = world.Worker.Get<Control.Inventory>();
        var blank = await world.Worker.OnlyAsync("LoraFaaS.Sandbox", () => world.Worker.Get<SandboxSpawner>().Blanks == 1);
        Assert.Null(OnDevice());

        // Frozen, it is taken and told whose it is, and does not answer.
        ProcessControl.Send(blank, Signal.Stop);
        var bringing = world.Controller.CommandAsync(Preload(world, ArtifactKind.Sandbox, StorageTier.Device));
        await Patience.UntilAsync(() => OnDevice() is { Opening: true, TrustDomain: "openfaas-fn" });
        ProcessControl.Send(blank, Signal.Continue);

        Assert.Equal("", (await Patience.ForAsync(bringing)).ErrorCode);
        Assert.Equal(("openfaas-fn", false), (OnDevice()!.TrustDomain, OnDevice()!.Opening));

        Resident? OnDevice() => inventory.Take().Resident.FirstOrDefault(resident => resident is { Kind: "sandbox", Tier: (int)StorageTier.Device });
    }

    [Fact]
    public async Task A_prepared_prefix_is_found_by_the_first_call_and_the_answer_is_the_same()
    {
        await using var world = await DemoWorld.StartAsync();
        var plain = await world.Worker.GenerateAsync(WithSystem(world, "elsewhere"), Token);

        Assert.Equal("", (await world.Controller.CommandAsync(Preload(world, ArtifactKind.Prefix, StorageTier.Device))).ErrorCode);
        var kept = Assert.Single(world.Worker.SandboxOf("openfaas-fn").Prefixes);
        var answer = await world.Worker.GenerateAsync(WithSystem(world, "openfaas-fn"), Token);

        Assert.Equal(0, plain.Finished!.CachedPromptTokens);
        Assert.Equal(kept.Tokens, answer.Finished!.CachedPromptTokens);
        Assert.InRange(kept.Tokens, 16, plain.Finished.PromptTokens);
        Assert.Equal(plain.Text, answer.Text);

        var inventory = world.Worker.Get<Control.Inventory>();
        var entry = Assert.Single(inventory.Take().Resident, resident => resident is { Kind: "prefix", Tier: (int)StorageTier.Device });
        Assert.Equal(("sql", 1), (entry.Key.Function, entry.Revision));
        Assert.True(entry.Bytes > 0);

        var drop = new OffloadArtifact { Kind = "prefix", TrustDomain = "openfaas-fn", Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" }, Revision = 1 };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = drop })).ErrorCode);
        Assert.DoesNotContain(inventory.Take().Resident, resident => resident.Kind == "prefix");
    }

    [Fact]
    public async Task An_adapter_that_goes_takes_its_prefixes_with_it()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Controller.CommandAsync(Preload(world, ArtifactKind.Prefix, StorageTier.Device));

        Assert.True(await world.Worker.SandboxOf("openfaas-fn").TryOffloadAsync(world.DigestOf("sql"), Token));

        Assert.Empty(world.Worker.SandboxOf("openfaas-fn").Prefixes);
    }

    [Fact]
    public async Task What_is_loaded_ahead_gives_way_to_an_invocation_that_waits()
    {
        await using var world = await DemoWorld.StartAsync();
        var asked = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        world.Controller.Store.Answer(world.DigestOf("sql"), async context =>
        {
            asked.TrySetResult();
            using var gone = context.RequestAborted.Register(left.SetResult);
            await left.Task;
        });
        var ahead = world.Controller.CommandAsync(Preload(world, ArtifactKind.Adapter, StorageTier.Host));
        await Patience.ForAsync(asked.Task);

        var answer = await world.Worker.GenerateAsync(world.Request("sentiment", "fine", maxTokens: 2), Token);

        Assert.NotNull(answer.Finished);
        Assert.Equal("cancelled", (await Patience.ForAsync(ahead)).ErrorCode);
        await Patience.ForAsync(left.Task);
    }

    [Fact]
    public async Task An_activation_is_live_demand_before_its_invocation_comes_and_a_wanted_replica_is_not()
    {
        await using var world = await DemoWorld.StartAsync();
        var asked = new SemaphoreSlim(0);
        var gate = new TaskCompletionSource();
        world.Controller.Store.Answer(world.DigestOf("sql"), async context =>
        {
            asked.Release();
            await gate.Task.WaitAsync(context.RequestAborted);
            await context.Response.Body.WriteAsync(world.Archive("sql"), context.RequestAborted);
        });

        var given = world.Controller.CommandAsync(Preload(world, ArtifactKind.Adapter, StorageTier.Host));
        await Patience.ForAsync(asked.WaitAsync(Token));
        Assert.Equal("", (await world.Controller.CommandAsync(Load(world, "sentiment", live: true))).ErrorCode);
        Assert.Equal("cancelled", (await Patience.ForAsync(given)).ErrorCode);

        var kept = world.Controller.CommandAsync(Preload(world, ArtifactKind.Adapter, StorageTier.Host));
        await Patience.ForAsync(asked.WaitAsync(Token));
        Assert.Equal("", (await world.Controller.CommandAsync(Load(world, "ticket-router", live: false))).ErrorCode);
        gate.SetResult();
        Assert.Equal("", (await Patience.ForAsync(kept)).ErrorCode);
    }

    [Fact]
    public async Task An_invocation_that_waits_for_the_same_artifact_keeps_its_load_going()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(world.Request(null, "hello", maxTokens: 1), Token);
        var asked = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        var asks = 0;
        world.Controller.Store.Answer(world.DigestOf("sql"), async context =>
        {
            Interlocked.Increment(ref asks);
            asked.TrySetResult();
            await gate.Task;
            await context.Response.Body.WriteAsync(world.Archive("sql"), context.RequestAborted);
        });
        var ahead = world.Controller.CommandAsync(Preload(world, ArtifactKind.Adapter, StorageTier.Device));
        await Patience.ForAsync(asked.Task);

        var live = world.Worker.GenerateAsync(world.Request("sql", "x", maxTokens: 2), Token);
        await Patience.UntilAsync(() => world.Worker.Get<LiveDemand>().IsPresent);
        gate.SetResult();

        Assert.NotNull((await Patience.ForAsync(live)).Finished);
        Assert.Equal(1, asks);
        Assert.Equal("cancelled", (await Patience.ForAsync(ahead)).ErrorCode);
    }

    [Fact]
    public async Task A_backbone_leaves_only_when_no_sandbox_maps_it()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(world.Request(null, "hello", maxTokens: 1), Token);
        var backbone = new OffloadArtifact { Kind = "backbone", BackboneDigest = world.Backbone.Value, Tier = (int)StorageTier.Disk };
        var sandbox = new OffloadArtifact { Kind = "sandbox", BackboneDigest = world.Backbone.Value, TrustDomain = "openfaas-fn", Tier = (int)StorageTier.Disk };

        Assert.Equal("conflict", (await world.Controller.CommandAsync(new WorkerCommand { Offload = backbone })).ErrorCode);
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = sandbox })).ErrorCode);
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = backbone })).ErrorCode);

        Assert.Empty(world.Worker.Get<Backbones.BackboneStore>().Inventory);
        Assert.Empty(world.Worker.Supervisor.Resident);
        Assert.NotNull((await world.Worker.GenerateAsync(world.Request(null, "hello", maxTokens: 1), Token)).Finished);
    }

    [Fact]
    public async Task What_names_no_artifact_is_refused()
    {
        await using var world = await DemoWorld.StartAsync();
        var unknown = Preload(world, ArtifactKind.Adapter, StorageTier.Host);
        unknown.Preload.Kind = "cloud";

        Assert.Equal("invalid_request", (await world.Controller.CommandAsync(unknown)).ErrorCode);
        Assert.Equal("invalid_request", (await world.Controller.CommandAsync(Preload(world, ArtifactKind.Prefix, StorageTier.Disk))).ErrorCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static GenerateRequest WithSystem(DemoWorld world, string trustDomain)
    {
        var request = world.Request("sql", "list the names", trustDomain, maxTokens: 6);
        request.Revision.SystemPrompt = System;
        return request;
    }

    private static WorkerCommand Load(DemoWorld world, string adapter, bool live) => new()
    {
        Load = new LoadArtifact
        {
            Key = new RouteKey { Namespace = "openfaas-fn", Function = adapter },
            BackboneDigest = world.Backbone.Value,
            AdapterDigest = world.DigestOf(adapter).Value,
            AdapterBytes = world.Archive(adapter).Length,
            TrustDomain = "openfaas-fn",
            Tier = (int)StorageTier.Device,
            Reason = "an invocation waits",
            Live = live,
        },
    };

    private static WorkerCommand Preload(DemoWorld world, ArtifactKind kind, StorageTier tier) => new()
    {
        Preload = new PreloadArtifact
        {
            Kind = kind.ToWord(),
            Key = new RouteKey { Namespace = "openfaas-fn", Function = "sql" },
            Revision = new Revision
            {
                Number = 1,
                BackboneDigest = world.Backbone.Value,
                AdapterDigest = world.DigestOf("sql").Value,
                AdapterBytes = world.Archive("sql").Length,
                SystemPrompt = System,
            },
            TrustDomain = "openfaas-fn",
            Tier = (int)tier,
            Reason = "P=0.71 in 5 min",
        },
    };
}
