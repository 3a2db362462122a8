using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Rpc;

/// <summary>Gateways' and workers' calls over the real wire, with a scripted worker.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private ControllerUnderTest _controller = null!;

    public async ValueTask InitializeAsync()
    {
        _controller = await ControllerUnderTest.StartAsync();
        await DemoController.RegisterAsync(_controller);
    }

    public ValueTask DisposeAsync() => _controller.DisposeAsync();

    [Fact]
    public async Task A_session_begins_with_a_welcome_and_the_backbones_there_are()
    {
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1");

        var welcome = (await worker.NextAsync(WorkerCommand.KindOneofCase.Welcome)).Welcome;
        var known = (await worker.NextAsync(WorkerCommand.KindOneofCase.KnowBackbone)).KnowBackbone;

        Assert.EndsWith("/internal/artifacts", welcome.ArtifactsUrl, StringComparison.Ordinal);
        Assert.Equal(DemoController.Backbone, known.Name);
        Assert.Equal(DemoController.BackboneFolder, known.Path);
        Assert.StartsWith("sha256:", known.Digest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backbone_that_comes_or_goes_is_told_to_a_running_session()
    {
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1");
        await worker.NextAsync(WorkerCommand.KindOneofCase.KnowBackbone);

        using var folder = new TempFolder();
        var copy = folder.Folder("other");

        foreach (var file in Directory.EnumerateFiles(DemoController.BackboneFolder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        await File.WriteAllTextAsync(Path.Combine(copy, "generation_config.json"), "{}");
        Assert.Equal(201, (await _controller.AskAsync(HttpMethod.Post, "/api/v1/backbones", $$"""{"name":"other","path":"{{copy}}"}""")).Status);
        var known = (await worker.NextAsync(WorkerCommand.KindOneofCase.KnowBackbone)).KnowBackbone;
        Assert.Equal("other", known.Name);

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/backbones/other")).Status);
        var gone = (await worker.NextAsync(WorkerCommand.KindOneofCase.KnowBackbone)).KnowBackbone;
        Assert.True(gone.Forget);
        Assert.Equal(known.Digest, gone.Digest);
    }

    [Fact]
    public async Task A_deployed_function_is_warmed_and_its_route_names_the_worker()
    {
        await DemoController.DeployAsync(_controller, "warm");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1");

        var load = (await worker.NextAsync(WorkerCommand.KindOneofCase.Load)).Load;
        Assert.Equal("warm", load.Key.Function);
        Assert.Equal((int)StorageTier.Device, load.Tier);
        Assert.Equal("openfaas-fn", load.TrustDomain);

        await Patience.UntilAsync(async _ => (int?)JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/warm")).Body)!["availableReplicas"] == 1);

        var workers = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/api/v1/workers")).Body)!.AsArray();
        Assert.Equal("ready", (string?)Assert.Single(workers)!["state"]);
    }

    [Fact]
    public async Task A_watcher_gets_a_snapshot_and_then_what_changes()
    {
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1", _ => ScriptedWorker.Silence());
        using var patience = new CancellationTokenSource(Patience.Limit);
        await using var updates = _controller.Control.WatchRoutesAsync(new WatchRoutesRequest { GatewayId = "g" }, patience.Token).GetAsyncEnumerator(patience.Token);
        var gateway = new WatchedRoutes(updates);

        await gateway.UntilAsync(routes => routes.Workers.ContainsKey("w1") && routes.Routes.ContainsKey(DemoController.Backbone));
        Assert.True(gateway.Routes[DemoController.Backbone].IsBackbone);

        await DemoController.DeployAsync(_controller, "watched");
        await gateway.UntilAsync(routes => routes.Routes.ContainsKey("watched"));
        var route = gateway.Routes["watched"];
        Assert.Empty(route.Placements);
        Assert.Equal(512, route.Revision.ContextLength);
        Assert.Equal(60_000, route.Revision.TimeoutMs);

        await worker.HoldAsync(route.Revision.AdapterDigest, StorageTier.Device);
        await gateway.UntilAsync(routes => routes.Routes["watched"].Placements.Count == 1);

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/system/functions", """{"functionName":"watched"}""")).Status);
        await gateway.UntilAsync(routes => !routes.Routes.ContainsKey("watched"));

        await worker.DisposeAsync();
        await gateway.UntilAsync(routes => routes.Workers.Count == 0);
    }

    [Fact]
    public async Task A_worker_is_told_to_forget_the_prompt_of_a_function_that_was_removed_and_of_no_other()
    {
        await DemoController.DeployAsync(_controller, "kept");
        await DemoController.DeployAsync(_controller, "gone");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1");
        var adapter = (await worker.NextAsync(WorkerCommand.KindOneofCase.Load)).Load.AdapterDigest;
        await worker.HoldPrefixAsync("kept", 1, StorageTier.Disk, adapter);
        await worker.HoldPrefixAsync("gone", 1, StorageTier.Disk, adapter);
        await Patience.UntilAsync(async _ => (await HeldPrefixesAsync()).Count == 2);

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/system/functions", """{"functionName":"gone"}""")).Status);

        var told = await worker.NextAsync(WorkerCommand.KindOneofCase.Offload);
        Assert.Equal(("prefix", "gone", 1, "openfaas-fn", (int)StorageTier.Remote), (told.Offload.Kind, told.Offload.Key.Function, told.Offload.Revision, told.Offload.TrustDomain, told.Offload.Tier));
        await Patience.UntilAsync(async _ => (await HeldPrefixesAsync()).Count == 1);
        Assert.StartsWith("kept", Assert.Single(await HeldPrefixesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_activations_of_one_function_are_one_load()
    {
        var loads = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ZeroAsync("burst");

        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1", async command =>
        {
            if (command.Load is not null)
            {
                Interlocked.Increment(ref loads);
                await release.Task;
            }

            return new CommandResult();
        });
        await JoinedAsync("w1");

        var asked = Enumerable.Range(0, 20).Select(_ => ActivateAsync("burst")).ToArray();
        await Patience.UntilAsync(() => Volatile.Read(ref loads) == 1);
        release.SetResult();
        var replies = await Patience.ForAsync(Task.WhenAll(asked));

        Assert.All(replies, reply => Assert.Equal("w1", reply.WorkerId));
        Assert.All(replies, reply => Assert.Equal("http://127.0.0.1:9/w1", reply.WorkerUrl));
        Assert.Equal(1, loads);
        Assert.Equal(1, (int?)JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/burst")).Body)!["replicas"]);
    }

    [Fact]
    public async Task An_activation_says_by_name_why_it_failed()
    {
        await ZeroAsync("doomed");
        Assert.Equal("worker_unavailable", (await ActivateAsync("doomed")).ErrorCode);
        Assert.Equal("function_not_found", (await ActivateAsync("nobody")).ErrorCode);

        await using var worker = await ScriptedWorker.ConnectAsync(
            _controller, "w1", command => command.Load is null ? ScriptedWorker.Done() : ScriptedWorker.Fail("artifact_corrupt", "digest differs"));
        await JoinedAsync("w1");

        var reply = await ActivateAsync("doomed");
        Assert.Equal("artifact_corrupt", reply.ErrorCode);
        Assert.Contains("digest differs", reply.ErrorMessage, StringComparison.Ordinal);
        Assert.True(reply.RetryAfterMs > 0);
    }

    [Fact]
    public async Task An_activation_keeps_its_callers_deadline()
    {
        await ZeroAsync("slow");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1", command => command.Load is null ? ScriptedWorker.Done() : ScriptedWorker.Silence());
        await JoinedAsync("w1");

        Assert.Equal("deadline_exceeded", (await ActivateAsync("slow", timeLeftMs: 50)).ErrorCode);
        Assert.Equal("deadline_exceeded", (await ActivateAsync("slow", timeLeftMs: 0)).ErrorCode);
    }

    [Fact]
    public async Task A_worker_that_is_lost_while_loading_fails_over_to_another()
    {
        await ZeroAsync("moved");
        await using var stays = await ScriptedWorker.ConnectAsync(_controller, "stays");
        await using var leaves = await ScriptedWorker.ConnectAsync(_controller, "leaves", command => command.Load is null ? ScriptedWorker.Done() : ScriptedWorker.Silence());
        await JoinedAsync("stays");
        await JoinedAsync("leaves");

        var asked = ActivateAsync("moved");
        var first = await Task.WhenAny(asked, leaves.NextAsync(WorkerCommand.KindOneofCase.Load));
        await leaves.DisposeAsync();
        var reply = await Patience.ForAsync(asked);

        Assert.NotNull(first);
        Assert.Equal("stays", reply.WorkerId);
    }

    [Fact]
    public async Task Usage_is_acknowledged_when_stored_and_counted_once()
    {
        await DemoController.DeployAsync(_controller, "metered");

        for (var session = 0; session < 2; session++)
        {
            // The second session repeats the first one's reports, as a worker does that got no acknowledgement.
            await using var worker = await ScriptedWorker.ConnectAsync(_controller, "meter");

            for (ulong sequence = 1; sequence <= 5; sequence++)
            {
                await worker.SendAsync(new WorkerMessage { Usage = Usage("metered", sequence) });
            }

            while ((await worker.NextAsync(WorkerCommand.KindOneofCase.AckUsage)).AckUsage.Sequence < 5)
            {
            }
        }

        await Patience.UntilAsync(async _ => (double?)JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/metered")).Body)!["invocationCount"] == 5);
        var usage = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/api/v1/usage")).Body)!.AsArray();
        Assert.Equal(5, (int?)Assert.Single(usage)!["invocations"]);
        Assert.Equal(50, (int?)usage[0]!["completionTokens"]);
    }

    [Fact]
    public async Task Functions_and_counts_survive_a_restart()
    {
        using var folder = new TempFolder();

        await using (var first = await ControllerUnderTest.StartOnAsync(folder))
        {
            await DemoController.RegisterAsync(first);
            await DemoController.DeployAsync(first, "lasting");
            await using var worker = await ScriptedWorker.ConnectAsync(first, "w");
            await worker.SendAsync(new WorkerMessage { Usage = Usage("lasting", 1) });
            await worker.NextAsync(WorkerCommand.KindOneofCase.AckUsage);
        }

        await using var second = await ControllerUnderTest.StartOnAsync(folder);
        var status = JsonNode.Parse((await second.AskAsync(HttpMethod.Get, "/system/function/lasting")).Body)!;
        Assert.Equal(1, (double?)status["invocationCount"]);
        Assert.Contains((string)status["lorafaas"]!["adapterDigest"]!, (await second.AskAsync(HttpMethod.Get, "/api/v1/adapters")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scaling_to_zero_takes_the_adapter_out_of_memory()
    {
        await DemoController.DeployAsync(_controller, "down");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "w1");
        await worker.NextAsync(WorkerCommand.KindOneofCase.Load);
        await Patience.UntilAsync(async _ => (await _controller.AskAsync(HttpMethod.Get, "/system/function/down")).Body.Contains("availableReplicas", StringComparison.Ordinal));

        await _controller.AskAsync(HttpMethod.Post, "/system/scale-function/down", """{"replicas":0}""");

        var offload = (await worker.NextAsync(WorkerCommand.KindOneofCase.Offload)).Offload;
        Assert.Equal((int)StorageTier.Disk, offload.Tier);
        Assert.Equal("scaled to zero", offload.Reason);
    }

    [Fact]
    public async Task A_newer_session_of_the_same_worker_ends_the_older()
    {
        await using var older = await ScriptedWorker.ConnectAsync(_controller, "same");
        await JoinedAsync("same");
        await using var newer = await ScriptedWorker.ConnectAsync(_controller, "same");

        var ended = await Patience.ForAsync(Assert.ThrowsAsync<GrpcStatusException>(() => older.Ended));
        Assert.Equal(GrpcStatusCode.Aborted, ended.Code);
        await newer.BeatAsync();
        await JoinedAsync("same");
    }

    [Theory]
    [InlineData("", "http://a:1")]
    [InlineData("w", "")]
    [InlineData("w", "ftp://a")]
    [InlineData("w", "relative")]
    public async Task A_bad_hello_is_refused(string id, string url)
    {
        await using var call = await _controller.Control.OpenWorkerSessionAsync(CancellationToken.None);
        await call.TrySendAsync(new WorkerMessage { Hello = new WorkerHello { WorkerId = id, Url = url } }, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (var _ in call.ReadAllAsync(CancellationToken.None))
            {
            }
        });
        Assert.Equal(GrpcStatusCode.InvalidArgument, refused.Code);
    }

    [Fact]
    public async Task A_session_that_does_not_begin_with_hello_is_refused()
    {
        await using var call = await _controller.Control.OpenWorkerSessionAsync(CancellationToken.None);
        await call.TrySendAsync(new WorkerMessage { Heartbeat = new WorkerHeartbeat() }, CancellationToken.None);

        await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (var _ in call.ReadAllAsync(CancellationToken.None))
            {
            }
        });
    }

    private static UsageReport Usage(string function, ulong sequence) => new()
    {
        Sequence = sequence,
        CallId = $"call-{sequence}",
        Namespace = "openfaas-fn",
        Function = function,
        Revision = 1,
        PromptTokens = 5,
        CompletionTokens = 10,
        TtftMs = 12,
        TotalMs = 50,
        Outcome = "ok",
        StartedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        AdapterTier = 3,
        DecodeMs = 38,
        PrefillMs = 10,
    };

    /// <summary>Deployed, but wanted nowhere, so that only an activation loads it.</summary>
    private async Task ZeroAsync(string name)
    {
        await DemoController.DeployAsync(_controller, name);
        await _controller.AskAsync(HttpMethod.Post, $"/system/scale-function/{name}", """{"replicas":0}""");
    }

    private async Task<IReadOnlyList<string>> HeldPrefixesAsync() =>
    [
        .. JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/api/v1/workers")).Body)!.AsArray()
            .SelectMany(worker => worker!["resident"]!.AsArray())
            .Where(resident => (string?)resident!["kind"] == "prefix")
            .Select(resident => (string)resident!["function"]!),
    ];

    private Task JoinedAsync(string worker) =>
        Patience.UntilAsync(async _ => (await _controller.AskAsync(HttpMethod.Get, "/api/v1/workers")).Body.Contains($"\"{worker}\"", StringComparison.Ordinal));

    private async Task<ActivateReply> ActivateAsync(string function, int timeLeftMs = 60_000) =>
        await _controller.Control.ActivateAsync(
            new ActivateRequest { Key = new RouteKey { Namespace = "openfaas-fn", Function = function }, Revision = 1, TimeLeftMs = timeLeftMs },
            Patience.Limit,
            CancellationToken.None);
}
