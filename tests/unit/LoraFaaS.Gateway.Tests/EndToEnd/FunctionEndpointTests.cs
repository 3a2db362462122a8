using System.Net;
using System.Text.Json;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class FunctionEndpointTests
{
    [Fact]
    public async Task The_answer_is_the_generated_text_alone()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        var response = await gateway.InvokeAsync("hello");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("0 1 2 3 4 5 ", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("3", Header(response, "X-Lorafaas-Revision"));
        Assert.Equal("w1", Header(response, "X-Lorafaas-Worker"));
        Assert.Contains("queue=1.25,", Header(response, "X-Lorafaas-Cold-Start"), StringComparison.Ordinal);
        Assert.StartsWith("lorafaas/", Header(response, "X-Served-By"), StringComparison.Ordinal);
        Assert.True(long.Parse(Header(response, "X-Start-Time")) > 1_700_000_000_000_000_000);
        Assert.True(double.Parse(Header(response, "X-Duration-Seconds")) >= 0);
        Assert.True(Guid.TryParse(Header(response, "X-Call-Id"), out var _));
        var exchange = Assert.Single(worker.Exchanges);
        Assert.Equal("hello", exchange.Request.Prompt.UserText);
        Assert.Equal(Given.AdapterDigest, exchange.Request.Revision.AdapterDigest);
        Assert.Equal("openfaas-fn", exchange.Request.Revision.TrustDomain);
        Assert.False(exchange.Request.Stream);
    }

    [Fact]
    public async Task The_worker_gets_the_call_id_the_time_left_a_proof_and_nothing_a_caller_forged()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        request.Headers.Add("X-Call-Id", "my-call:1");
        request.Headers.Add("X-Lorafaas-Time-Left-Ms", "99999999");
        request.Headers.Add("X-Lorafaas-Token", "forged");
        request.Headers.Add("X-Secret", "the caller's");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var response = await gateway.Http.SendAsync(request);

        Assert.Equal("my-call:1", Header(response, "X-Call-Id"));
        var headers = Assert.Single(worker.Exchanges).Headers;
        Assert.Equal("my-call:1", headers["X-Call-Id"]);
        Assert.DoesNotContain(headers, header => header.Value.ToString().Contains(RunningGateway.Token, StringComparison.Ordinal));
        Assert.Empty(headers["X-Lorafaas-Token"].ToString());
        Assert.InRange(int.Parse(headers["X-Lorafaas-Time-Left-Ms"]!), 1, 60_000);
        Assert.Empty(headers["X-Secret"].ToString());
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", headers["traceparent"].ToString(), StringComparison.Ordinal);
        Assert.Equal("application/x-protobuf", headers["Content-Type"]);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("x\"y")]
    public async Task An_unfit_call_id_is_replaced(string given)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        request.Headers.TryAddWithoutValidation("X-Call-Id", given);

        Assert.True(Guid.TryParse(Header(await gateway.Http.SendAsync(request), "X-Call-Id"), out var _));
    }

    [Fact]
    public async Task A_token_reaches_the_caller_before_the_worker_has_the_next()
    {
        var release = new TaskCompletionSource();
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("first", 1));
            await release.Task;
            await exchange.SendAsync(Given.Tokens(" second", 2), Given.Finished());
        });
        await using var __ = gateway;

        var response = await gateway.InvokeAsync("x", accept: "text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("event: token", await Patience.ForAsync(reader.ReadLineAsync()));
        Assert.Equal("""data: {"text":"first"}""", await Patience.ForAsync(reader.ReadLineAsync()));
        release.SetResult();
        var rest = await Patience.ForAsync(reader.ReadToEndAsync());
        Assert.Contains("""data: {"text":" second"}""", rest, StringComparison.Ordinal);
        Assert.Contains("event: done", rest, StringComparison.Ordinal);
        Assert.Equal("w1", Header(response, "X-Lorafaas-Worker"));
        Assert.True(response.Headers.Contains("X-Start-Time"));
        Assert.Matches(@"^\d+\.\d{6}$", Header(response, "X-Duration-Seconds"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;q=0.9, */*;q=0.1")]
    public async Task JSON_is_answered_to_who_accepts_it(string accept)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var answer = JsonDocument.Parse(await (await gateway.InvokeAsync("x", accept: accept)).Content.ReadAsStringAsync());

        Assert.Equal("0 1 2 3 4 5 ", answer.RootElement.GetProperty("text").GetString());
        Assert.Equal("stop", answer.RootElement.GetProperty("finish_reason").GetString());
        Assert.Equal(6, answer.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal("disk", answer.RootElement.GetProperty("cold_start").GetProperty("adapter_tier").GetString());
    }

    [Fact]
    public async Task Defaults_are_the_functions_and_the_query_overrides_them()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        await gateway.InvokeAsync("x");
        await gateway.InvokeAsync("x", "/function/echo.openfaas-fn/some/path?max_tokens=2&temperature=0.5&stop=END");

        var sampling = worker.Exchanges.Select(exchange => exchange.Request.Sampling).ToArray();
        Assert.Equal((64, 0f, 1f, -1, 1f), (sampling[0].MaxTokens, sampling[0].Temperature, sampling[0].TopP, sampling[0].TopLogprobs, sampling[0].RepetitionPenalty));
        Assert.False(sampling[0].HasSeed);
        Assert.Equal((2, 0.5f), (sampling[1].MaxTokens, sampling[1].Temperature));
        Assert.Equal(["END"], sampling[1].Stop);
        Assert.True(sampling[1].HasSeed);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("PUT", 200)]
    [InlineData("PATCH", 200)]
    [InlineData("DELETE", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("OPTIONS", 204)]
    [InlineData("TRACE", 405)]
    [InlineData("PROPFIND", 405)]
    public async Task Seven_methods_invoke(string method, int status)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        var response = await gateway.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/function/echo"));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/function/nobody", "error finding function nobody.openfaas-fn: ")]
    [InlineData("/function/echo.elsewhere", "error finding function echo.elsewhere: ")]
    [InlineData("/function/.openfaas-fn", "error finding function .openfaas-fn: ")]
    [InlineData("/function/ECHO", "error finding function ECHO.openfaas-fn: ")]
    [InlineData("/function/a%20b", "404 page not found\n")]
    [InlineData("/function/", "404 page not found\n")]
    [InlineData("/async-function", "404 page not found\n")]
    [InlineData("/nothing", "404 page not found\n")]
    public async Task What_is_not_there_is_404_in_one_line(string path, string message)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        var response = await gateway.InvokeAsync("x", path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_declared_or_not()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, "--Gateway:MaxBodyBytes", "2000");
        await using var _ = gateway;

        var declared = await gateway.InvokeAsync(new string('x', 2_001));
        var chunked = await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/function/echo")
        {
            Content = new StringContent(new string('x', 2_001)),
            Headers = { TransferEncodingChunked = true },
        });
        var fits = await gateway.InvokeAsync(new string('x', 2_000));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, declared.StatusCode);
        Assert.Contains("over the limit", await declared.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Single(worker.Exchanges);
    }

    [Fact]
    public async Task A_bad_body_is_400_and_names_the_field()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        var response = await gateway.PostJsonAsync("/function/echo", """{"prompt":"x","max_tokens":-1}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.StartsWith("max_tokens: ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(worker.Exchanges);
    }

    [Theory]
    [InlineData(429, "queue_full", 429)]
    [InlineData(400, "context_length_exceeded", 400)]
    [InlineData(503, "no_capacity", 503)]
    [InlineData(504, "deadline_exceeded", 504)]
    [InlineData(500, "internal", 500)]
    public async Task A_workers_refusal_reaches_the_caller(int status, string code, int expected)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange => exchange.RefuseAsync(status, code, "the reason", 7));
        await using var __ = gateway;

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("the reason\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("7", Header(response, "Retry-After"));
    }

    [Fact]
    public async Task A_worker_that_is_silent_until_the_deadline_is_504()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange => Task.Delay(Timeout.Infinite, exchange.Aborted));
        await using var __ = gateway;
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        request.Headers.Add("X-Timeout", "200ms");

        var response = await gateway.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("deadline", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_in_the_middle_of_a_stream_is_an_event()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("a", 1));
            await Task.Delay(Timeout.Infinite, exchange.Aborted);
        });
        await using var __ = gateway;
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        // Long enough for the first token to pass on a loaded machine; the deadline itself is what ends the stream.
        request.Headers.Add("X-Timeout", "6");
        request.Headers.Add("Accept", "text/event-stream");

        var text = await (await gateway.Http.SendAsync(request)).Content.ReadAsStringAsync();

        Assert.Contains("event: error\ndata: {\"code\":\"deadline_exceeded\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_leaves_stops_the_worker_at_once()
    {
        var hungUp = new TaskCompletionSource();
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("a", 1));

            try
            {
                await Task.Delay(Timeout.Infinite, exchange.Aborted);
            }
            finally
            {
                hungUp.TrySetResult();
            }
        });
        await using var __ = gateway;

        using (var response = await gateway.InvokeAsync("x", accept: "text/event-stream"))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await Patience.ForAsync(reader.ReadLineAsync());
        }

        await Patience.ForAsync(hungUp.Task);
    }

    [Fact]
    public async Task Beyond_its_places_the_gateway_answers_429_and_recovers()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var (gateway, _) = await RunningGateway.StartWarmAsync(
            async exchange =>
            {
                entered.TrySetResult();
                await release.Task;
                await FakeWorker.CountAsync(exchange);
            },
            "--Gateway:MaxInFlight", "1", "--Gateway:MaxQueued", "0");
        await using var __ = gateway;
        var first = gateway.InvokeAsync("x");
        await Patience.ForAsync(entered.Task);

        var refused = await gateway.InvokeAsync("x");
        release.SetResult();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", Header(refused, "Retry-After"));
        Assert.True(refused.Headers.Contains("X-Call-Id"));
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        await Patience.UntilAsync(async cancellationToken =>
            (await gateway.InvokeAsync("x", cancellationToken: cancellationToken)).StatusCode is HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_full_gateway_holds_a_caller_for_a_while_and_serves_him_when_a_place_is_free()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var (gateway, _) = await RunningGateway.StartWarmAsync(
            async exchange =>
            {
                entered.TrySetResult();
                await release.Task;
                await FakeWorker.CountAsync(exchange);
            },
            "--Gateway:MaxInFlight", "1", "--Gateway:MaxQueueTime", "00:05:00");
        await using var __ = gateway;
        var first = gateway.InvokeAsync("x");
        await Patience.ForAsync(entered.Task);

        var second = gateway.InvokeAsync("x");
        await Patience.UntilAsync(async cancellationToken =>
            (await gateway.Http.GetStringAsync("/metrics", cancellationToken)).Contains("gateway_door_waiting 1", StringComparison.Ordinal));
        release.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second).StatusCode);
    }

    [Fact]
    public async Task A_slow_start_streams_progress_events()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ProgressInterval", "00:00:00.010");
        var worker = await gateway.AddWorkerAsync("w1");
        var answer = new TaskCompletionSource<Protocol.Control.ActivateReply>();
        gateway.Controller.OnActivate = (_, _) => answer.Task;
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Disk))], worker);

        var response = await gateway.InvokeAsync("x", accept: "text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await Patience.ForAsync(reader.ReadLineAsync());
        answer.SetResult(new Protocol.Control.ActivateReply { WorkerId = "w1", WorkerUrl = worker.Url });

        Assert.Equal("event: progress", first);
        Assert.Contains("event: done", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(1, gateway.Controller.Activations);
    }

    [Fact]
    public async Task Metrics_and_health_are_open_and_count()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync();

        // The meter runs behind the last byte.
        await Patience.UntilAsync(async cancellationToken =>
            (await gateway.Http.GetStringAsync("/metrics", cancellationToken)).Split('\n').Any(line =>
                line.StartsWith("gateway_function_invocation_total{", StringComparison.Ordinal)
                && line.Contains("function_name=\"echo.openfaas-fn\"", StringComparison.Ordinal)
                && line.Contains("code=\"200\"", StringComparison.Ordinal)
                && line.EndsWith(" 1", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/healthz"))).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await gateway.Http.PostAsync("/healthz", null)).StatusCode);
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(",", response.Headers.GetValues(name));
}
