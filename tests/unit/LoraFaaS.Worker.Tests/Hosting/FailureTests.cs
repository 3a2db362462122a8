using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Platform;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class FailureTests
{
    [Fact]
    public async Task A_killed_sandbox_takes_no_other_trust_domain_with_it_and_the_next_invocation_works()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 1), Token);
        var bystander = await OpenAsync(world, "bystander");
        var survivor = world.Worker.SandboxOf("bystander").ProcessId;

        Assert.True(ProcessControl.Send(world.Worker.SandboxOf("victim").ProcessId, Signal.Kill));

        var again = await world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 3), Token);
        Assert.Null(again.Problem?.Message);
        Assert.Equal(3, again.Finished?.CompletionTokens);
        Assert.NotNull((await bystander.RestAsync()).Finished);
        Assert.Equal(survivor, world.Worker.SandboxOf("bystander").ProcessId);
    }

    [Fact]
    public async Task Where_the_device_has_room_for_one_sandbox_the_next_waits_until_the_killed_one_has_let_go()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:DeviceMemory", "16Mi", "--Worker:SandboxMemory", "16Mi", "--Worker:SandboxFirstMemory", "16Mi", "--Worker:Offloading", "None");

        for (var round = 0; round < 3; round++)
        {
            Assert.NotNull((await world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 1), Token)).Finished);
            Assert.True(ProcessControl.Send(world.Worker.SandboxOf("victim").ProcessId, Signal.Kill));

            var again = await world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 3), Token);
            Assert.Null(again.Problem?.Message);
            Assert.Equal(3, again.Finished?.CompletionTokens);
        }
    }

    [Fact]
    public async Task What_a_worker_with_a_full_disk_serves_is_metered_and_what_it_could_not_meter_it_refuses()
    {
        using var folder = new TempFolder();
        await using var disk = await SmallDisk.TryMountAsync(folder.File("small"), "64m");
        Assert.SkipWhen(disk is null, "Nothing may be mounted here.");
        await using var world = await DemoWorld.StartAsync("--Worker:DataPath", folder.File("small"), "--Worker:UsageReserve", "16Ki");
        List<string> answered = [];

        async Task<Generation> CallAsync()
        {
            var request = world.Request("sentiment", "hello", maxTokens: 1);
            var generation = await world.Worker.GenerateAsync(request, Token);

            if (generation.Finished is not null)
            {
                answered.Add(request.CallId);
            }

            return generation;
        }

        // What is loaded needs no more of the disk.
        Assert.NotNull((await CallAsync()).Finished);
        disk.Fill();
        Generation last;

        do
        {
            last = await CallAsync();
        }
        while (last.Finished is not null && answered.Count < 500);

        Assert.InRange(answered.Count, 2, 100);
        Assert.Equal((503, "worker_unavailable"), (last.Status, last.Problem?.Code));
        Assert.Contains("disk is full", last.Problem!.Message, StringComparison.Ordinal);

        disk.Empty();
        Assert.NotNull((await CallAsync()).Finished);
        await Patience.UntilAsync(() => answered.ToHashSet().IsSubsetOf(world.Controller.Usage.Select(usage => usage.CallId)));
    }

    [Fact]
    public async Task Blanks_that_die_while_they_are_being_opened_are_replaced_by_others()
    {
        await using var world = await DemoWorld.StartAsync();

        // It has greeted before it is the program that it will be.
        var blank = await world.Worker.OnlyAsync("LoraFaaS.Sandbox", () => world.Worker.Get<SandboxSpawner>().Blanks == 1);
        ProcessControl.Send(blank, Signal.Stop);

        // Frozen, it is taken and told whose it is; killed, it never says that it is ready.
        var asking = world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 3), Token);
        await Patience.UntilAsync(() => world.Worker.Get<SandboxSpawner>().Blanks == 1 && world.Worker.Running("LoraFaaS.Sandbox").Count == 2);
        ProcessControl.Send(blank, Signal.Kill);

        Assert.Equal(3, (await Patience.ForAsync(asking)).Finished?.CompletionTokens);
    }

    [Fact]
    public async Task A_blank_that_dies_while_it_waits_is_replaced_before_anybody_wants_one()
    {
        await using var world = await DemoWorld.StartAsync();
        var blank = await world.Worker.OnlyAsync("LoraFaaS.Sandbox", () => world.Worker.Get<SandboxSpawner>().Blanks == 1);

        ProcessControl.Send(blank, Signal.Kill);

        await Patience.UntilAsync(() => world.Worker.Get<SandboxSpawner>().Blanks == 1 && world.Worker.Running("LoraFaaS.Sandbox") is [var next] && next != blank);
    }

    [Fact]
    public async Task A_sandbox_lost_before_the_first_event_costs_nothing_but_time()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 1), Token);
        var sandbox = world.Worker.SandboxOf("victim");
        ProcessControl.Send(sandbox.ProcessId, Signal.Stop);

        // Frozen, it takes the request and says nothing; killed, it loses it before the first event.
        var asking = world.Worker.GenerateAsync(Endless(world, "victim", maxTokens: 3), Token);
        await Patience.UntilAsync(() => world.Worker.Get<WorkerMetrics>().Running > 0);
        ProcessControl.Send(sandbox.ProcessId, Signal.Kill);

        Assert.Equal(3, (await Patience.ForAsync(asking)).Finished?.CompletionTokens);
    }

    [Fact]
    public async Task A_caller_who_leaves_frees_the_slot_and_is_metered()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:MaxSequences", "1");
        var request = Endless(world, "openfaas-fn", maxTokens: 400);

        using (var leaving = await world.Worker.PostAsync(request, TimeSpan.FromMinutes(2), Token))
        {
            await leaving.Content.ReadAsStreamAsync(Token);
        }

        var next = await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", maxTokens: 2), Token);

        Assert.NotNull(next.Finished);
        await Patience.UntilAsync(() => world.Controller.Usage.Any(usage => usage.CallId == request.CallId && usage.Outcome is "cancelled" or "ok"));
    }

    [Fact]
    public async Task A_passed_deadline_names_the_stage()
    {
        await using var world = await DemoWorld.StartAsync();
        using var none = await world.Worker.PostAsync(world.Request(null, "hello"), TimeSpan.Zero, Token);
        Assert.Equal("deadline_exceeded", (await Generation.ReadAsync(none, Token)).Problem?.Code);
        Assert.Equal("HTTP/1.1 504 Gateway Timeout", await world.Worker.PostHalfAsync(TimeSpan.FromMilliseconds(200), Token));

        await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", maxTokens: 1), Token);
        var sandbox = world.Worker.SandboxOf("openfaas-fn").ProcessId;
        ProcessControl.Send(sandbox, Signal.Stop);

        // On a busy machine a thread may take a step more before it hears of it.
        await Patience.UntilAsync(() => Directory.GetDirectories($"/proc/{sandbox}/task").All(IsStopped));
        using var late = await world.Worker.PostAsync(Endless(world, "openfaas-fn", 4), TimeSpan.FromSeconds(1), Token);
        var answer = await Generation.ReadAsync(late, Token);
        ProcessControl.Send(sandbox, Signal.Continue);

        Assert.Equal(504, answer.Status);
        Assert.Contains("stage: ", answer.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_the_queue_callers_are_told_when_to_come_back()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:MaxSequences", "1", "--Worker:Batching:QueueLength", "1");
        await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", maxTokens: 1), Token);

        // Frozen, it keeps the one running and the other waiting for as long as we need.
        ProcessControl.Send(world.Worker.SandboxOf("openfaas-fn").ProcessId, Signal.Stop);
        var running = world.Worker.GenerateAsync(Endless(world, "openfaas-fn", maxTokens: 1), Token);
        await Patience.UntilAsync(() => world.Worker.Get<WorkerMetrics>().Running == 1);
        var waiting = world.Worker.GenerateAsync(Endless(world, "openfaas-fn", maxTokens: 1), Token);
        await Patience.UntilAsync(() => world.Worker.Get<Admission>().Waiting == 1);
        using var refused = await world.Worker.PostAsync(Endless(world, "openfaas-fn", 1), null, Token);

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("queue_full", (await Generation.ReadAsync(refused, Token)).Problem?.Code);
        ProcessControl.Send(world.Worker.SandboxOf("openfaas-fn").ProcessId, Signal.Continue);
        Assert.NotNull((await Patience.ForAsync(running)).Finished);
        Assert.NotNull((await Patience.ForAsync(waiting)).Finished);
    }

    [Fact]
    public async Task Commands_bring_an_adapter_near_and_take_it_away()
    {
        await using var world = await DemoWorld.StartAsync();
        var load = new LoadArtifact
        {
            BackboneDigest = world.Backbone.Value, AdapterDigest = world.DigestOf("sql").Value, AdapterBytes = world.Archive("sql").Length,
            TrustDomain = "openfaas-fn", Tier = (int)StorageTier.Device, Reason = "test",
        };

        var loaded = await world.Controller.CommandAsync(new WorkerCommand { Load = load });
        Assert.Equal("", loaded.ErrorCode);
        Assert.Contains(world.Worker.SandboxOf("openfaas-fn").Adapters, adapter => adapter.Digest == world.DigestOf("sql"));

        var offload = new OffloadArtifact { AdapterDigest = load.AdapterDigest, Tier = (int)StorageTier.Disk };
        Assert.Equal("", (await world.Controller.CommandAsync(new WorkerCommand { Offload = offload })).ErrorCode);
        Assert.Empty(world.Worker.SandboxOf("openfaas-fn").Adapters);
        Assert.Empty(world.Worker.Get<AdapterHostCache>().Inventory);
        Assert.Single(world.Worker.Get<ArtifactCache>().Inventory);
    }

    [Fact]
    public async Task A_worker_that_starts_without_its_controller_serves_what_it_served()
    {
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await using var world = await DemoWorld.StartAsync();
        world.Controller.Acknowledges = false;
        await world.Worker.GenerateAsync(world.Request("sentiment", prompt), Token);
        await world.Worker.DisposeAsync();

        await using var restarted = await WorkerUnderTest.StartAsync(world.Folder, controllerRpcUrl: null);
        var answer = await restarted.GenerateAsync(world.Request("sentiment", prompt), Token);

        Assert.Equal(expected, answer.Text);
        Assert.Equal((int)StorageTier.Disk, answer.Finished!.ColdStart.AdapterTier);
        Assert.Equal(2, restarted.Get<UsageSpool>().Pending);
    }

    [Fact]
    public async Task A_streaming_caller_is_told_what_it_waits_for_while_its_function_wakes()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:ProgressInterval", "00:00:00.020");
        var told = new TaskCompletionSource();
        world.Controller.Store.Answer(world.DigestOf("sentiment"), async context =>
        {
            await told.Task;
            await context.Response.Body.WriteAsync(world.Archive("sentiment"), context.RequestAborted);
        });

        using var response = await world.Worker.PostAsync(world.Request("sentiment", "fine"), TimeSpan.FromMinutes(4), Token);
        await using var reader = new FrameReader<GenerateEvent>(await response.Content.ReadAsStreamAsync(Token), GenerateEvent.Parser);
        GenerateEvent? last = null;

        await foreach (var happened in reader.ReadAllAsync(Token))
        {
            last = happened;

            // The store keeps the adapter back until the caller has been told what it waits for.
            if (happened.Progress is { Stage: "adapter" })
            {
                told.TrySetResult();
            }
        }

        Assert.True(told.Task.IsCompleted);
        Assert.NotNull(last?.Finished);
    }

    [Fact]
    public async Task A_caller_of_the_whole_answer_is_told_nothing_before_it()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:ProgressInterval", "00:00:00.010");
        var request = world.Request("sentiment", "fine");
        request.Stream = false;

        var answer = await world.Worker.GenerateAsync(request, Token);

        Assert.DoesNotContain(answer.Events, happened => happened.Progress is not null);
        Assert.NotNull(answer.Finished);
    }

    [Fact]
    public async Task A_backbone_whose_folder_cannot_be_read_is_answered_so()
    {
        await using var world = await DemoWorld.StartAsync();
        var digest = Digest.OfBytes([1, 2, 3]);
        var known = new KnowBackbone { Digest = digest.Value, Name = "gone", Path = world.Folder.File("no-such-folder") };

        var result = await world.Controller.CommandAsync(new WorkerCommand { KnowBackbone = known });

        Assert.Equal("backbone_invalid", result.ErrorCode);
        Assert.Contains("gone", result.ErrorMessage, StringComparison.Ordinal);
    }

    private static bool IsStopped(string thread)
    {
        try
        {
            return File.ReadAllText(thread + "/status").Contains("State:\tT", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static GenerateRequest Endless(DemoWorld world, string trustDomain, int maxTokens) => OpenStream.Endless(world, trustDomain, maxTokens);

    private static Task<OpenStream> OpenAsync(DemoWorld world, string trustDomain, int maxTokens = 400) => OpenStream.StartAsync(world, Endless(world, trustDomain, maxTokens), Token);
}
