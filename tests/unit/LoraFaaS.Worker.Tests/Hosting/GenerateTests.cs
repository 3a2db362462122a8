using Google.Protobuf;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class GenerateTests
{
    [Fact]
    public async Task An_adapter_answers_as_its_evaluation_expects_cold_and_warm()
    {
        await using var world = await DemoWorld.StartAsync();

        foreach (var (prompt, expected) in Demo.Evaluation("sentiment", 5))
        {
            var answer = await world.Worker.GenerateAsync(world.Request("sentiment", prompt), Token);

            Assert.Equal(200, answer.Status);
            Assert.Equal(expected, answer.Text);
            Assert.Equal(FinishReason.Stop, answer.Finished?.Reason);
        }
    }

    [Fact]
    public async Task The_account_says_where_everything_was_found_and_how_long_it_took()
    {
        await using var world = await DemoWorld.StartAsync();
        var prompt = Demo.Evaluation("sentiment", 1)[0].Prompt;

        var cold = (await world.Worker.GenerateAsync(world.Request("sentiment", prompt), Token)).Finished!.ColdStart;
        var warm = (await world.Worker.GenerateAsync(world.Request("sentiment", prompt), Token)).Finished!.ColdStart;

        Assert.Equal((int)StorageTier.Remote, cold.AdapterTier);
        Assert.False(cold.SandboxWarm);
        Assert.True(cold.AdapterMs > 0 && cold.SandboxMs > 0 && cold.PrefillMs > 0);
        Assert.True(cold.TtftMs >= cold.AdapterMs + cold.SandboxMs);
        Assert.Equal((int)StorageTier.Device, warm.AdapterTier);
        Assert.True(warm.SandboxWarm);
        Assert.Equal(0, warm.SandboxMs);
    }

    /// <summary>As the calls of two gateways: neither knows of the other's.</summary>
    [Fact]
    public async Task A_function_that_bounds_itself_runs_no_more_invocations_at_once_whoever_sends_them()
    {
        await using var world = await DemoWorld.StartAsync();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        var request = world.Request("sentiment", prompt);
        (request.Revision.MaxConcurrent, request.InvocationKey) = (1, "runs");
        var running = ((Loading<Invocation>.Ready)InvocationReader.Read(request.ToByteArray(), "runs", TimeSpan.FromMinutes(1), 0, DateTimeOffset.UnixEpoch)).Value;
        using var abort = new InvocationAbort(TimeSpan.FromMinutes(5), TimeProvider.System, CancellationToken.None, CancellationToken.None);
        var place = (Loading<IDisposable?>.Ready)await world.Worker.Get<ConcurrencyBound>().EnterAsync(running, abort);

        request.InvocationKey = "waits";
        using (var late = await world.Worker.PostAsync(request, TimeSpan.FromSeconds(2), Token))
        {
            Assert.Equal(504, (int)late.StatusCode);
            Assert.Contains("stage: queue", await late.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        request.MayMove = true;
        var busy = await world.Worker.GenerateAsync(request, Token);
        Assert.Equal((429, "worker_busy"), (busy.Status, busy.Problem?.Code));

        place.Value!.Dispose();
        Assert.Equal(expected, (await world.Worker.GenerateAsync(request, Token)).Text);
    }

    [Fact]
    public async Task A_place_is_kept_for_who_waited_for_it_while_the_connection_lasts_and_is_counted_as_no_call()
    {
        await using var world = await DemoWorld.StartAsync();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        var request = world.Request("sentiment", prompt);
        (request.Revision.MaxConcurrent, request.MayMove) = (1, true);
        var ask = new GenerateRequest { Revision = request.Revision, InvocationKey = "waited", PlaceOnly = true };

        using (var place = await world.Worker.PostAsync(ask, TimeSpan.FromMinutes(1), Token))
        {
            Assert.Equal(200, (int)place.StatusCode);
            await using var events = await place.Content.ReadAsStreamAsync(Token);
            await events.ReadExactlyAsync(new byte[4], Token);

            request.InvocationKey = "another";
            Assert.Equal("worker_busy", (await world.Worker.GenerateAsync(request, Token)).Problem?.Code);
            request.InvocationKey = "waited";
            Assert.Equal(expected, (await world.Worker.GenerateAsync(request, Token)).Text);
        }

        request.InvocationKey = "another";
        await Patience.UntilAsync(async stopped => (await world.Worker.GenerateAsync(request, stopped)).Text == expected, Patience.StartLimit);

        // Who stands in a line says what for only when it is its turn; a generation must say it.
        ask.PlaceOnly = false;
        Assert.Equal((400, "prompt"), ((await world.Worker.GenerateAsync(ask, Token)) is var refused ? (refused.Status, refused.Problem?.Field) : default));
    }

    [Fact]
    public async Task An_answer_names_its_arithmetic_and_goes_on_under_that_alone()
    {
        await using var world = await DemoWorld.StartAsync();
        var request = world.Request("sentiment", Demo.Evaluation("sentiment", 1)[0].Prompt);
        var whole = await world.Worker.GenerateAsync(request, Token);
        var ids = whole.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids).ToList();

        request.ResumeTokens.Add(ids[0]);
        request.ResumeArithmetic = whole.Events.First(happened => happened.Started is not null).Started.Arithmetic;
        (request.UsageKey, request.UsageTry) = ("goes-on", 2);
        var rest = await world.Worker.GenerateAsync(request, Token);
        request.ResumeArithmetic = "float64/stored";
        var refused = await world.Worker.GenerateAsync(request, Token);

        Assert.Matches("^(bf16|float32)/stored$", whole.Events.First(happened => happened.Started is not null).Started.Arithmetic);
        Assert.Equal(ids[1..], rest.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids));
        Assert.Equal((503, "arithmetic_differs"), (refused.Status, refused.Problem?.Code));

        // Its record is of the whole answer, for it takes the place of whatever the first worker reported.
        await Patience.UntilAsync(() => world.Controller.Usage.Any(usage => usage.UsageKey == "goes-on"));
        var usage = Assert.Single(world.Controller.Usage, usage => usage.UsageKey == "goes-on");
        Assert.Equal((2L, ids.Count, ids.Count), (usage.UsageTry, usage.CompletionTokens, rest.Finished!.CompletionTokens));
    }

    [Fact]
    public async Task Sequences_of_different_adapters_run_side_by_side()
    {
        await using var world = await DemoWorld.StartAsync();
        var asked = Demo.Evaluation("sentiment", 4).Select(eval => (Adapter: "sentiment", eval.Prompt, eval.Expected))
            .Concat(Demo.Evaluation("ticket-router", 4).Select(eval => (Adapter: "ticket-router", eval.Prompt, eval.Expected))).ToList();

        var answers = await Patience.ForAsync(Task.WhenAll(asked.Select(one => world.Worker.GenerateAsync(world.Request(one.Adapter, one.Prompt), Token))));

        Assert.Equal(asked.Select(one => one.Expected), answers.Select(answer => answer.Text));
        Assert.Single(world.Worker.Supervisor.Resident);
    }

    [Fact]
    public async Task Usage_is_on_its_way_and_the_log_has_its_lines()
    {
        await using var world = await DemoWorld.StartAsync();
        var request = world.Request("sentiment", Demo.Evaluation("sentiment", 1)[0].Prompt);

        var answer = await world.Worker.GenerateAsync(request, Token);

        await Patience.UntilAsync(() => world.Controller.Usage.Any(usage => usage.CallId == request.CallId));
        var usage = world.Controller.Usage.First(usage => usage.CallId == request.CallId);
        Assert.Equal("ok", usage.Outcome);
        Assert.Equal("sentiment", usage.Function);
        Assert.Equal(answer.Finished!.CompletionTokens, usage.CompletionTokens);
        Assert.Equal((int)StorageTier.Remote, usage.AdapterTier);
        await Patience.UntilAsync(() => world.Controller.Logs.Any(line => line.Text.StartsWith($"invocation {request.CallId} finished tokens=", StringComparison.Ordinal)));
        Assert.Contains(world.Controller.Logs, line => line.Text == $"invocation {request.CallId} started");
        await Patience.UntilAsync(() => world.Worker.Get<UsageSpool>().Pending == 0);
    }

    [Fact]
    public async Task A_usage_records_parts_add_up_to_its_time_to_first_token_from_the_gateways_door_on()
    {
        await using var world = await DemoWorld.StartAsync();
        var request = world.Request("sentiment", "fine");
        request.Before = new ColdStart { DoorMs = 1, ActivationMs = 5_000, ConnectMs = 2, TtftMs = 5_003, AdapterTier = (int)StorageTier.Disk, BackboneTier = (int)StorageTier.Device, SandboxWarm = true };

        await world.Worker.GenerateAsync(request, Token);

        await Patience.UntilAsync(() => world.Controller.Usage.Any(usage => usage.CallId == request.CallId));
        var usage = world.Controller.Usage.First(usage => usage.CallId == request.CallId);
        Assert.Equal(usage.TtftMs, usage.Account.Sum() + usage.Account.TransportMs, 3);
        Assert.InRange(usage.TtftMs, 5_003, usage.TotalMs);
    }

    [Fact]
    public async Task The_heartbeat_shows_the_adapter_at_every_tier_it_is_in()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(world.Request("sentiment", "hello"), Token);
        var digest = world.DigestOf("sentiment").Value;

        await Patience.UntilAsync(() => world.Controller.LastHeartbeat?.Resident.Count(resident => resident.Digest == digest) == 3);

        var beat = world.Controller.LastHeartbeat!;
        Assert.Equal((int)StorageTier.Device, beat.Resident.Last(resident => resident.Digest == digest).Tier);
        Assert.Equal(1, beat.Sandboxes);
        Assert.Equal(beat.DeviceBytesUsed, Assert.Single(beat.Resident, resident => resident.Kind == "sandbox" && resident.Tier == (int)StorageTier.Device).Bytes);
        Assert.Contains(beat.Resident, resident => resident.Kind == "backbone" && resident.Tier == (int)StorageTier.Host);
    }

    [Fact]
    public async Task Corrupt_artifacts_are_told_and_nothing_is_loaded()
    {
        await using var world = await DemoWorld.StartAsync();
        var wrong = Digest.OfBytes([1, 2, 3]);
        world.Controller.Store.Answer(wrong, context => context.Response.Body.WriteAsync(new byte[100]).AsTask());
        var request = world.Request("sentiment", "hello");
        request.Revision.AdapterDigest = wrong.Value;

        var answer = await world.Worker.GenerateAsync(request, Token);

        Assert.Equal(400, answer.Status);
        Assert.Equal("artifact_corrupt", answer.Problem?.Code);
        Assert.Equal(2, world.Controller.Store.RequestsOf(wrong));
    }

    [Fact]
    public async Task What_is_no_adapter_is_refused_and_the_next_invocation_works()
    {
        await using var world = await DemoWorld.StartAsync();
        var request = world.Request("sentiment", "hello");
        request.Revision.AdapterDigest = world.Controller.Store.Put(new byte[5_000]).Value;

        var refused = await world.Worker.GenerateAsync(request, Token);
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        var answer = await world.Worker.GenerateAsync(world.Request("sentiment", prompt), Token);

        Assert.Equal("adapter_invalid", refused.Problem?.Code);
        Assert.Equal(expected, answer.Text);
    }

    [Fact]
    public async Task An_unknown_backbone_is_named()
    {
        await using var world = await DemoWorld.StartAsync();
        var request = world.Request(null, "hello");
        request.Revision.BackboneDigest = Digest.OfBytes([9]).Value;

        var answer = await world.Worker.GenerateAsync(request, Token);

        Assert.Equal("backbone_not_found", answer.Problem?.Code);
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_refused()
    {
        await using var world = await DemoWorld.StartAsync();

        var answer = await world.Worker.GenerateAsync(world.Request(null, string.Concat(Enumerable.Repeat("a long story ", 1_000))), Token);

        Assert.Equal("context_length_exceeded", answer.Problem?.Code ?? answer.Failed?.Code);
    }

    [Fact]
    public async Task Without_the_token_nothing_but_health_is_answered()
    {
        await using var world = await DemoWorld.StartAsync();
        using var stranger = new HttpClient { BaseAddress = world.Worker.Http.BaseAddress };

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await stranger.PostAsync("/v1/generate", null, Token)).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await stranger.GetAsync("/metrics", Token)).StatusCode);
        var health = await stranger.GetStringAsync("/healthz", Token);
        Assert.Contains("isolation: enforced: privileges", health, StringComparison.Ordinal);
        Assert.Contains("weights: stored", health, StringComparison.Ordinal);
        Assert.Matches("arithmetic: (bf16|float32)/stored", health);
    }

    /// <summary>A measure that this worker is not to take is as good as one that its machine cannot: whoever looks is told by name, and so is who asked for it.</summary>
    [Fact]
    public async Task What_is_not_enforced_is_said_on_healthz_and_to_the_controller_and_who_requires_it_does_not_start()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:UserBase", "0");

        Assert.Contains("isolation: no user of its own (user): ", await world.Worker.Http.GetStringAsync("/healthz", Token), StringComparison.Ordinal);
        Assert.Contains(world.Controller.Hellos[^1].NotEnforced, line => line.StartsWith("isolation: no user of its own (user): ", StringComparison.Ordinal));
        using var folder = new TempFolder();
        await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerUnderTest.StartAsync(folder, null, "--Worker:UserBase", "0", "--Worker:RequireIsolation", "user"));
    }

    [Fact]
    public async Task A_sandbox_can_gain_no_privileges_and_inherits_nothing_of_the_workers_environment()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(world.Request(null, "hello", maxTokens: 1), Token);
        var pid = world.Worker.SandboxOf("openfaas-fn").ProcessId;

        var threads = Directory.GetDirectories($"/proc/{pid}/task").Select(ReadStatus).OfType<string>().ToList();
        Assert.NotEmpty(threads);
        Assert.All(threads, status => Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal));
        var names = File.ReadAllText($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0]);
        Assert.Empty(names.Except(["PATH", "LANG", "HOME", "TMPDIR", "DOTNET_EnableDiagnostics", "DOTNET_EnableWriteXorExecute", "DOTNET_ROOT"]));
    }

    [Fact]
    public async Task Metrics_count_what_happened()
    {
        await using var world = await DemoWorld.StartAsync();
        await world.Worker.GenerateAsync(world.Request("sentiment", "hello"), Token);

        var metrics = await world.Worker.Http.GetStringAsync("/metrics", Token);

        Assert.Contains("lorafaas_worker_invocations_total{outcome=\"ok\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("lorafaas_worker_ttft_seconds_bucket{tier=\"remote\"", metrics, StringComparison.Ordinal);
        Assert.Contains("lorafaas_worker_memory_used_bytes{tier=\"device\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_trust_domains_than_fit_take_turns_and_the_ledger_holds()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "32Mi", "--Worker:Offloading", "Oldest");

        for (var i = 0; i < 5; i++)
        {
            var answer = await world.Worker.GenerateAsync(world.Request(null, "hello", $"domain-{i}", maxTokens: 2), Token);
            Assert.Equal(200, answer.Status);

            var ledger = world.Worker.Get<DeviceLedger>();
            Assert.True(ledger.Used <= ledger.Capacity);
            Assert.InRange(world.Worker.Supervisor.Resident.Count, 1, 3);
        }
    }

    /// <summary>Null: the thread has ended since it was listed.</summary>
    private static string? ReadStatus(string thread)
    {
        try
        {
            return File.ReadAllText(thread + "/status");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
