using LoraFaaS.Contracts.Errors;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class LifecycleTests(DemoWorld demo)
{
    [Fact]
    public async Task Drain_finishes_what_runs_refuses_what_comes_and_ends()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var running = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]), credits: 2, returnsCredits: false);
        await running.FirstTokenAsync();
        await sandbox.Worker.SendAsync(new ToSandbox { Drain = new Drain() });
        var late = await sandbox.Worker.GenerateAsync(Requests.Tokens("", [1]));

        Assert.Equal(ErrorCode.Draining.ToWire(), (await late.EndedAsync()).Failed.Code);
        await sandbox.Worker.CreditAsync(running.Id, 100);
        Assert.Equal(48, (await running.EndedAsync()).Ids.Length);
        Assert.Equal(SandboxExit.Done, await Patience.ForAsync(sandbox.Exit));
    }

    [Fact]
    public async Task An_adapter_loads_while_others_run_and_requests_for_it_wait()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var running = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]));
        await sandbox.Worker.SendAsync(WorkerSide.Loading(demo, "sql"), demo.Adapter("sql").Descriptor);
        var waiting = await sandbox.Worker.GenerateAsync(Requests.Tokens("sql", demo.Prompts["task-sql"]));

        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sql", Prompt: "task-sql" }).Text, (await waiting.EndedAsync()).Text);
        Assert.Equal(48, (await running.EndedAsync()).Ids.Length);
        Assert.Equal(DemoWorld.DigestOf("sql"), (await sandbox.Worker.NextAsync()).AdapterLoaded.AdapterDigest);
    }

    [Fact]
    public async Task An_adapter_leaves_with_its_last_sequence_and_can_come_again()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["sentiment"]);
        var running = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", demo.Prompts["raw-story"], r => r.Sampling.IgnoreEos = true), credits: 2, returnsCredits: false);
        await running.FirstTokenAsync();
        await sandbox.Worker.SendAsync(new ToSandbox { UnloadAdapter = new UnloadAdapter { AdapterDigest = DemoWorld.DigestOf("sentiment") } });

        var refused = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", [1]));
        Assert.Equal(ErrorCode.NotResident.ToWire(), (await refused.EndedAsync()).Failed.Code);

        Assert.NotNull((await sandbox.Worker.LoadAsync(demo, "sentiment")).AdapterLoaded);
        await sandbox.Worker.CreditAsync(running.Id, 100);
        Assert.Equal(48, (await running.EndedAsync()).Ids.Length);
        Assert.Equal(DemoWorld.DigestOf("sentiment"), (await sandbox.Worker.NextAsync()).AdapterUnloaded.AdapterDigest);

        var again = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", demo.Prompts["task-sentiment"]));
        Assert.Equal(demo.Goldens.First(g => g is { Adapter: "sentiment", Prompt: "task-sentiment" }).Text, (await again.EndedAsync()).Text);
    }

    [Fact]
    public async Task The_same_adapter_sent_twice_takes_its_pages_once()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["sentiment"]);
        await Patience.UntilAsync(() => sandbox.Worker.Load.PagesUsed > 0);
        var used = sandbox.Worker.Load.PagesUsed;

        Assert.NotNull((await sandbox.Worker.LoadAsync(demo, "sentiment")).AdapterLoaded);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", [1], r => r.Sampling.MaxTokens = 2));
        await generation.EndedAsync();
        await Patience.UntilAsync(() => sandbox.Worker.Load is { Steps: > 0, Running: 0, Waiting: 0 } load && load.PagesUsed == used);
    }

    [Fact]
    public async Task An_adapter_that_does_not_fit_the_device_is_refused_by_name()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, [], open => open.DeviceBytes = 256 << 10);
        var refused = (await sandbox.Worker.LoadAsync(demo, "sql")).AdapterRefused;

        Assert.Equal((ErrorCode.NoCapacity.ToWire(), DemoWorld.DigestOf("sql")), (refused.Code, refused.AdapterDigest));
    }

    [Fact]
    public async Task A_segment_that_is_no_adapter_is_refused_and_the_sandbox_lives()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        await sandbox.Worker.SendAsync(WorkerSide.Loading(demo, "sql"), demo.Backbone.Descriptor);
        Assert.Equal(ErrorCode.AdapterInvalid.ToWire(), (await sandbox.Worker.NextAsync()).AdapterRefused.Code);

        using var unsealed = File.OpenHandle(TestKit.Files.RepositoryRoot.Of("LoraFaaS.sln"));
        await sandbox.Worker.SendAsync(WorkerSide.Loading(demo, "sql"), unsealed);
        Assert.Equal(ErrorCode.AdapterInvalid.ToWire(), (await sandbox.Worker.NextAsync()).AdapterRefused.Code);

        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("", [1], r => r.Sampling.MaxTokens = 2));
        Assert.Equal(2, (await generation.EndedAsync()).Ids.Length);
    }

    [Fact]
    public async Task An_adapter_of_NaN_fails_its_own_sequences_and_no_others()
    {
        using var broken = demo.PackBroken("sentiment");
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        await sandbox.Worker.SendAsync(WorkerSide.Loading(demo, "sentiment"), broken.Descriptor);
        Assert.NotNull((await sandbox.Worker.NextAsync()).AdapterLoaded);

        var bad = await sandbox.Worker.GenerateAsync(Requests.Tokens("sentiment", demo.Prompts["raw-story"]));
        var good = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]));

        Assert.Equal(ErrorCode.Internal.ToWire(), (await bad.EndedAsync()).Failed.Code);
        Assert.Equal(48, (await good.EndedAsync()).Ids.Length);
    }

    [Fact]
    public async Task What_cannot_be_opened_is_answered_with_a_reason_and_an_exit_code()
    {
        (Action<Open> Change, SealedMemory Segment, ErrorCode Code)[] cases =
        [
            (open => open.TextFiles.Remove("tokenizer.json"), demo.Backbone, ErrorCode.BackboneInvalid),
            (_ => { }, demo.Adapter("sql"), ErrorCode.BackboneInvalid),
            (open => open.Kernels = "gpu", demo.Backbone, ErrorCode.InvalidRequest),
            (open => open.MaxSequences = -1, demo.Backbone, ErrorCode.InvalidRequest),
        ];

        foreach (var (change, segment, code) in cases)
        {
            await using var sandbox = await InProcessSandbox.StartAsync();
            var open = new Open { BackboneDigest = DemoWorld.BackboneDigest, TrustDomain = "t" };
            open.TextFiles.Add(DemoWorld.TextFiles().ToDictionary());
            change(open);
            await sandbox.Worker.SendAsync(new ToSandbox { Open = open }, segment.Descriptor);

            Assert.Equal(code.ToWire(), (await sandbox.Worker.NextAsync()).OpenFailed.Code);
            Assert.Equal(SandboxExit.OpenRefused, await Patience.ForAsync(sandbox.Exit));
        }
    }

    [Fact]
    public async Task A_worker_that_goes_away_ends_the_sandbox_in_the_middle_of_everything()
    {
        var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]));
        await generation.FirstTokenAsync();
        await sandbox.Worker.DisposeAsync();

        Assert.Equal(SandboxExit.Done, await Patience.ForAsync(sandbox.Exit));
    }
}
