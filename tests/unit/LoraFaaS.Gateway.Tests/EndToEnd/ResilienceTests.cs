using System.Net;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class ResilienceTests
{
    private const string Whole = "0 1 2 3 4 5 ";

    [Theory]
    [InlineData(503, "not_resident")]
    [InlineData(503, "draining")]
    public async Task A_refusal_before_the_first_event_is_placed_again_once(int status, string code)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var refusing = await gateway.AddWorkerAsync("w1", exchange => exchange.RefuseAsync(status, code, "not here"));
        var willing = await gateway.AddWorkerAsync("w2");
        gateway.Controller.OnActivate = (_, _) => Task.FromResult(new ActivateReply { WorkerId = "w2", WorkerUrl = willing.Url });
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], refusing, willing);

        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_ended_two_sandboxes_of_a_worker_is_not_carried_to_a_third(bool midStream)
    {
        await using var gateway = await RunningGateway.StartAsync();
        Task Lost(WorkerExchange exchange) => midStream
            ? exchange.SendAsync(Given.Started(), Given.Tokens("a", 0), Given.Failed("sandbox_lost"))
            : exchange.RefuseAsync(502, "sandbox_lost", "twice");
        var one = await gateway.AddWorkerAsync("w1", Lost);
        var two = await gateway.AddWorkerAsync("w2", Lost);
        await gateway.PublishAsync([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Device)])], one, two);

        var response = await gateway.InvokeAsync("x", accept: "text/event-stream");

        Assert.Equal(midStream ? HttpStatusCode.OK : HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(midStream, (await response.Content.ReadAsStringAsync()).Contains("event: error\ndata: {\"code\":\"sandbox_lost\"", StringComparison.Ordinal));
        Assert.Equal(1, one.Exchanges.Count + two.Exchanges.Count);
    }

    /// <summary>As a function stands that was scaled to zero and that a call is expected for.</summary>
    [Fact]
    public async Task A_call_of_a_function_that_sleeps_in_memory_goes_straight_there_and_wakes_it()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1");
        var asked = new TaskCompletionSource();
        gateway.Controller.OnActivate = async (request, _) =>
        {
            await asked.Task;
            return new ActivateReply { WorkerId = "w1", WorkerUrl = worker.Url };
        };
        var asleep = Given.Route("echo", placements: ("w1", StorageTier.Device));
        asleep.DesiredReplicas = 0;
        await gateway.PublishAsync([asleep], worker);

        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        await Patience.UntilAsync(() => gateway.Controller.Activations == 1);
        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        asked.SetResult();

        asleep.DesiredReplicas = 1;
        await gateway.PublishAsync([asleep], worker);
        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        Assert.Equal(1, gateway.Controller.Activations);
    }

    [Fact]
    public async Task Every_call_of_a_deployed_function_is_reported_to_the_controller()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1");
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], worker);

        await gateway.InvokeAsync("x");
        await gateway.InvokeAsync("x");

        await Patience.UntilAsync(() => gateway.Controller.Arrivals.Values.Sum() == 2);
        Assert.StartsWith("echo.", Assert.Single(gateway.Controller.Arrivals).Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_refusal_is_the_callers()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var one = await gateway.AddWorkerAsync("w1", exchange => exchange.RefuseAsync(503, "not_resident", "not here"));
        var two = await gateway.AddWorkerAsync("w2", exchange => exchange.RefuseAsync(503, "not_resident", "nor here"));
        await gateway.PublishAsync([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Device)])], one, two);

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(2, one.Exchanges.Count + two.Exchanges.Count);
    }

    [Fact]
    public async Task Who_answers_at_a_workers_address_and_does_not_know_the_token_is_not_believed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var impostor = await gateway.AddWorkerAsync("w1", token: new string('x', 48));
        var worker = await gateway.AddWorkerAsync("w2");
        await gateway.PublishAsync([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])], impostor, worker);

        using var answer = await gateway.InvokeAsync("x");

        Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
        Assert.Empty(impostor.Exchanges);
    }

    [Fact]
    public async Task A_worker_that_refuses_connections_is_passed_over()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var alive = await gateway.AddWorkerAsync("w2");
        var snapshot = Given.Snapshot(
            [Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])],
            Given.Worker("w1", "http://127.0.0.1:1"),
            Given.Worker("w2", alive.Url));
        await gateway.PublishAsync(snapshot);

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(Whole, await response.Content.ReadAsStringAsync());
        Assert.Equal("w2", string.Join(",", response.Headers.GetValues("X-Lorafaas-Worker")));
    }

    [Fact]
    public async Task With_no_worker_left_the_search_ends_with_its_window()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:RecoveryWindow", "00:00:00.200");
        await gateway.PublishAsync(Given.Snapshot([Given.Route("echo", placements: ("w1", StorageTier.Device))], Given.Worker("w1", "http://127.0.0.1:1")));

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(gateway.Controller.Activations >= 1);
    }

    [Fact]
    public async Task A_worker_that_comes_back_elsewhere_is_found()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PublishAsync(Given.Snapshot([Given.Route("echo", placements: ("w1", StorageTier.Device))], Given.Worker("w1", "http://127.0.0.1:1")));

        var invoking = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => gateway.Controller.Activations > 0);
        var back = await gateway.AddWorkerAsync("w1");
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], back);

        Assert.Equal(Whole, await (await Patience.ForAsync(invoking)).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("killed", "text/event-stream")]
    [InlineData("torn frame", "text/event-stream")]
    [InlineData("early end", "text/event-stream")]
    [InlineData("early end", "text/plain")]
    [InlineData("torn frame", "application/json")]
    public async Task A_stream_that_breaks_goes_on_elsewhere_with_the_same_text(string how, string accept)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var seen = new TaskCompletionSource();
        var first = await gateway.AddWorkerAsync("w1", exchange => exchange.Request.ResumeTokens.Count == 0
            ? BreakAsync(exchange, how, seen.Task)
            : FakeWorker.CountAsync(exchange));
        var second = await gateway.AddWorkerAsync("w2");
        await gateway.PublishAsync([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])], first, second);

        var response = await gateway.InvokeAsync("x", accept: accept);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var text = how == "killed" ? await ReadUntilAsync(reader, "data: {\"text\":\"2 \"}") : "";
        seen.SetResult();
        text += await reader.ReadToEndAsync();

        var resumed = first.Exchanges.Concat(second.Exchanges).Single(exchange => exchange.Request.ResumeTokens.Count > 0);
        Assert.Equal([0, 1, 2], resumed.Request.ResumeTokens);
        Assert.DoesNotContain("event: error", text, StringComparison.Ordinal);
        Assert.Equal(Whole, accept switch
        {
            "text/plain" => text,
            "application/json" => System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("text").GetString(),
            _ => string.Concat(text.Split('\n')
                .Where(line => line.StartsWith("data: {\"text\"", StringComparison.Ordinal))
                .Select(line => line["data: {\"text\":\"".Length..^2])),
        });
    }

    /// <summary>Another arithmetic might give other tokens: the stream waits for one that computes alike, and ends by name where there is none.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_goes_on_with_the_same_arithmetic_or_not_at_all(bool isThereOne)
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:RecoveryWindow", isThereOne ? "00:01:00" : "00:00:00.100");
        static Task RefuseAsync(WorkerExchange exchange) => exchange.RefuseAsync(503, "arithmetic_differs", "it computes otherwise");

        // The first one comes back under its name with other settings.
        var first = await gateway.AddWorkerAsync("w1", exchange => exchange.Request.ResumeTokens.Count == 0
            ? exchange.SendAsync(Begun("bf16/stored"), Given.Tokens("0 ", 0), Given.Failed("worker_unavailable"))
            : RefuseAsync(exchange));
        var other = await gateway.AddWorkerAsync("w2", RefuseAsync);
        var alike = await gateway.AddWorkerAsync("w3");
        await gateway.PublishAsync(
            [Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host), .. isThereOne ? [("w3", StorageTier.Host)] : Array.Empty<(string, StorageTier)>()])],
            first, other, alike);
        gateway.Controller.OnActivate = (_, _) => Task.FromResult(new ActivateReply { WorkerId = "w2", WorkerUrl = other.Url });

        var text = await (await gateway.InvokeAsync("x", accept: "text/event-stream")).Content.ReadAsStringAsync();

        Assert.All(other.Exchanges, exchange => Assert.Equal("bf16/stored", exchange.Request.ResumeArithmetic));
        Assert.Equal(isThereOne, !alike.Exchanges.IsEmpty);
        Assert.Equal(!isThereOne, text.Contains("event: error\ndata: {\"code\":\"arithmetic_differs\"", StringComparison.Ordinal));

        static GenerateEvent Begun(string arithmetic)
        {
            var started = Given.Started();
            started.Started.Arithmetic = arithmetic;
            return started;
        }
    }

    [Fact]
    public async Task A_stream_that_breaks_twice_is_an_error_event()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:RecoveryWindow", "00:01:00");
        static async Task Breaking(WorkerExchange exchange)
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("a", exchange.Request.ResumeTokens.Count), Given.Failed("worker_unavailable"));
        }

        var worker = await gateway.AddWorkerAsync("w1", Breaking);
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], worker);

        var text = await (await gateway.InvokeAsync("x", accept: "text/event-stream")).Content.ReadAsStringAsync();

        Assert.Contains("event: error\ndata: {\"code\":\"worker_unavailable\"", text, StringComparison.Ordinal);
        Assert.Equal(2, worker.Exchanges.Count);
    }

    [Fact]
    public async Task A_call_before_the_first_worker_is_there_waits_for_it()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:StartWindow", "00:01:00");
        gateway.Controller.OnActivate = (_, _) => Task.FromResult(new ActivateReply { ErrorCode = "worker_unavailable", ErrorMessage = "no worker is connected" });
        await gateway.PublishAsync([Given.Route("echo")]);

        var invoking = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => gateway.Controller.Activations > 1);
        var worker = await gateway.AddWorkerAsync("w1");
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], worker);

        Assert.Equal(Whole, await (await Patience.ForAsync(invoking)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task When_no_worker_comes_the_call_ends_with_the_start_window()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:StartWindow", "00:00:00.100");
        gateway.Controller.OnActivate = (_, _) => Task.FromResult(new ActivateReply { ErrorCode = "worker_unavailable", ErrorMessage = "no worker is connected" });
        await gateway.PublishAsync([Given.Route("echo")]);

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("no worker is connected\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_cold_burst_activates_once_and_all_are_served()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1");
        var answer = new TaskCompletionSource<ActivateReply>();
        gateway.Controller.OnActivate = (_, _) => answer.Task;
        await gateway.PublishAsync([Given.Route("echo")], worker);

        var callers = Enumerable.Range(0, 12).Select(_ => gateway.InvokeAsync("x")).ToArray();
        await Patience.UntilAsync(() => gateway.InFlight == 12);
        answer.SetResult(new ActivateReply { WorkerId = "w1", WorkerUrl = worker.Url });

        foreach (var response in await Patience.ForAsync(Task.WhenAll(callers)))
        {
            Assert.Equal(Whole, await response.Content.ReadAsStringAsync());
        }

        // One that is in flight may come to the line a moment after the others were told.
        Assert.InRange(gateway.Controller.Activations, 1, callers.Length / 2);
    }

    [Fact]
    public async Task An_activation_that_fails_says_why_and_when_to_come_back()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PublishAsync([Given.Route("echo")]);

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("no worker has room\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("4", string.Join(",", response.Headers.GetValues("Retry-After")));
    }

    [Fact]
    public async Task A_full_waiting_room_is_429_with_a_time_to_come_back()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:MaxWaiters", "1");
        var worker = await gateway.AddWorkerAsync("w1");
        var answer = new TaskCompletionSource<ActivateReply>();
        gateway.Controller.OnActivate = (_, _) => answer.Task;
        await gateway.PublishAsync([Given.Route("echo")], worker);

        var first = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => gateway.Controller.Activations == 1);
        var second = await gateway.InvokeAsync("x");
        answer.SetResult(new ActivateReply { WorkerId = "w1", WorkerUrl = worker.Url });

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.True(second.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
    }

    [Fact]
    public async Task The_door_goes_on_serving_while_the_controller_is_away_and_follows_it_when_it_is_back()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:MaxReconnectDelay", "00:00:00.100");
        var worker = await gateway.AddWorkerAsync("w1");
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device))], worker);
        var (httpUrl, rpcUrl) = (gateway.Controller.HttpUrl, gateway.Controller.RpcUrl);

        await gateway.Controller.DisposeAsync();
        await Patience.UntilAsync(() => !gateway.Board.Connected);

        Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/healthz")).StatusCode);

        gateway.Controller = await FakeController.StartAsync(httpUrl, rpcUrl);
        gateway.Controller.Publish(new RouteUpdate { Version = 77, IsSnapshot = true });
        await Patience.UntilAsync(() => gateway.Board.Table.Version == 77);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.InvokeAsync("x")).StatusCode);
    }

    private static async Task BreakAsync(WorkerExchange exchange, string how, Task seen)
    {
        await exchange.SendAsync(Given.Started(), Given.Tokens("0 ", 0), Given.Tokens("1 ", 1), Given.Tokens("2 ", 2));

        switch (how)
        {
            case "killed":
                await seen;
                exchange.Die();
                break;
            case "torn frame":
                await exchange.SendTornFrameAsync();
                break;
        }
    }

    private static async Task<string> ReadUntilAsync(StreamReader reader, string last)
    {
        var text = new System.Text.StringBuilder();
        string? line;

        do
        {
            line = await Patience.ForAsync(reader.ReadLineAsync());
            text.Append(line).Append('\n');
        }
        while (line is not null && line != last);

        return text.ToString();
    }
}
