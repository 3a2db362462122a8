using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;
using OpenAI;
using OpenAI.Chat;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>Keys at the real door: the bodies that each kind of client reads, scope, limits, and news of keys while calls go on.</summary>
public sealed class ApiKeyTests
{
    private const string Require = "--Gateway:RequireApiKeys";

    [Fact]
    public async Task Without_a_right_key_every_dialect_is_401_in_its_own_words()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, Require, "true");
        await using var _ = gateway;
        var ring = new KeyRing();
        var right = ring.Add();
        var expired = ring.Add(expires: DateTimeOffset.UnixEpoch.AddYears(40));
        await gateway.PublishAsync(ring.Update());

        foreach (var key in (string?[])[null, "any", right[..^1] + "!", expired, "lfk_"])
        {
            var function = await SendAsync(gateway, HttpMethod.Post, "/function/echo", key, "hello");
            Assert.Equal((401, "text/plain"), ((int)function.StatusCode, function.Content.Headers.ContentType?.MediaType));
            Assert.Equal("Bearer realm=\"lorafaas\"", function.Headers.WwwAuthenticate.ToString());

            var chat = await SendAsync(gateway, HttpMethod.Post, "/v1/chat/completions", key, """{"model":"echo","messages":[{"role":"user","content":"x"}]}""");
            var error = JsonNode.Parse(await chat.Content.ReadAsStringAsync())!["error"]!;
            Assert.Equal(401, (int)chat.StatusCode);
            Assert.Equal(("authentication_error", "invalid_api_key"), ((string?)error["type"], (string?)error["code"]));

            foreach (var path in (string[])["/v1/models", "/v1/models/echo", "/async-function/echo", "/anything"])
            {
                Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(gateway, HttpMethod.Get, path, key)).StatusCode);
            }
        }

        Assert.Empty(worker.Exchanges);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(gateway, HttpMethod.Post, "/function/echo", right, "hello")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task The_official_client_tells_right_from_wrong()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, Require, "true");
        await using var __ = gateway;
        var ring = new KeyRing();
        var right = ring.Add();
        await gateway.PublishAsync(ring.Update());

        var answer = (await Chat(gateway, right).CompleteChatAsync([new UserChatMessage("x")])).Value;
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => Chat(gateway, "wrong").CompleteChatAsync([new UserChatMessage("x")]));

        Assert.Equal("0 1 2 3 4 5 ", answer.Content[0].Text);
        Assert.Equal(401, refused.Status);
    }

    [Fact]
    public async Task A_key_opens_its_functions_and_shows_only_them()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, Require, "true");
        await using var _ = gateway;
        await gateway.PublishAsync(
            [
                Given.Route("echo", placements: (worker.Id, StorageTier.Device)),
                Given.Route("other", placements: (worker.Id, StorageTier.Device)),
                Given.Route("echo", "team-a", (worker.Id, StorageTier.Device)),
            ],
            worker);
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.Functions.Add("echo"));
        var theirs = ring.Add("team-a");
        await gateway.PublishAsync(ring.Update());

        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", key));
        Assert.Equal(403, await StatusAsync(gateway, "/function/other", key));
        Assert.Equal(403, await StatusAsync(gateway, "/function/echo.team-a", key));
        Assert.Equal(403, await StatusAsync(gateway, "/function/nobody.team-a", key));
        Assert.Equal(404, await StatusAsync(gateway, "/function/nobody.team-a", theirs));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo.team-a", theirs));
        Assert.Equal(403, await StatusAsync(gateway, "/function/echo", theirs));

        // A revision behind the name changes nothing of who may call it, at any door.
        Assert.Equal(403, await StatusAsync(gateway, "/function/other@3", key));
        Assert.Equal(403, await StatusAsync(gateway, "/async-function/other@3", key));
        Assert.Equal(403, await StatusAsync(gateway, "/async-function/echo.team-a@latest", key));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo@3", key));

        var forbidden = await SendAsync(gateway, HttpMethod.Post, "/v1/completions", key, """{"model":"other","prompt":"x"}""");
        Assert.Equal("permission_error", (string?)JsonNode.Parse(await forbidden.Content.ReadAsStringAsync())!["error"]!["type"]);
        Assert.Equal(403, (int)forbidden.StatusCode);

        var models = JsonNode.Parse(await (await SendAsync(gateway, HttpMethod.Get, "/v1/models", key)).Content.ReadAsStringAsync())!["data"]!.AsArray();
        Assert.Equal(["echo"], models.Select(model => (string?)model!["id"]));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(gateway, HttpMethod.Get, "/v1/models/other", key)).StatusCode);
        Assert.Equal("""{"models":["echo"]}""", await (await SendAsync(gateway, HttpMethod.Get, "/v2/models", key)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(gateway, HttpMethod.Get, "/v2/models/other", key)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(gateway, HttpMethod.Get, "/v2/models/echo.team-a/ready", key)).StatusCode);
    }

    [Fact]
    public async Task The_operators_password_opens_everything()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, Require, "true");
        await using var __ = gateway;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + RunningGateway.Password)));

        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_locked_namespace_asks_for_a_key_where_the_others_do_not()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        await gateway.PublishAsync(
            [Given.Route("echo", placements: (worker.Id, StorageTier.Device)), Given.Route("echo", "closed", (worker.Id, StorageTier.Device))], worker);
        var ring = new KeyRing();
        var key = ring.Add("closed");
        ring.Access.LockedNamespaces.Add("closed");
        await gateway.PublishAsync(ring.Update());

        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", null));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", "any"));
        Assert.Equal(401, await StatusAsync(gateway, "/function/echo.closed", null));
        Assert.Equal(401, await StatusAsync(gateway, "/function/echo.closed", "any"));
        Assert.Equal(401, await StatusAsync(gateway, "/function/nobody.closed", null));
        Assert.Equal(401, await StatusAsync(gateway, "/function/echo.closed@3", null));
        Assert.Equal(401, await StatusAsync(gateway, "/async-function/echo.closed@3", null));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo.closed", key));
        Assert.DoesNotContain("closed", await gateway.Http.GetStringAsync("/v1/models"), StringComparison.Ordinal);
        Assert.DoesNotContain("closed", await gateway.Http.GetStringAsync("/v2/models"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_ends_with_the_next_update_and_a_change_of_workers_keeps_the_others()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, Require, "true");
        await using var _ = gateway;
        var ring = new KeyRing();
        var first = ring.Add();
        var second = ring.Add();
        await gateway.PublishAsync(ring.Update());
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", first));

        ring.Access.Keys.RemoveAt(0);
        await gateway.PublishAsync(ring.Update());
        var workers = new Protocol.Control.RouteUpdate { WorkersChanged = true };
        workers.Workers.Add(Given.Worker(worker.Id, worker.Url));
        await gateway.PublishAsync(workers);

        Assert.Equal(401, await StatusAsync(gateway, "/function/echo", first));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", second));
    }

    [Fact]
    public async Task Over_its_rate_a_key_is_429_with_the_time_to_wait_and_others_go_on()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var ring = new KeyRing();
        var limited = ring.Add(change: key => key.RequestsPerMinute = 1);
        var free = ring.Add();
        await gateway.PublishAsync(ring.Update());

        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", limited));
        var over = await SendAsync(gateway, HttpMethod.Post, "/v1/completions", limited, """{"model":"echo","prompt":"x"}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, over.StatusCode);
        Assert.InRange(over.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        var error = JsonNode.Parse(await over.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(("rate_limit_error", "rate_limit_exceeded"), ((string?)error["type"], (string?)error["code"]));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", free));
    }

    [Fact]
    public async Task At_a_full_door_a_keys_priority_stands_for_the_functions()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var order = new ConcurrentQueue<string>();
        var (gateway, _) = await RunningGateway.StartWarmAsync(
            async exchange =>
            {
                order.Enqueue(exchange.Request.Prompt.UserText);
                entered.TrySetResult();
                await release.Task;
                await FakeWorker.CountAsync(exchange);
            },
            "--Gateway:MaxInFlight", "1", "--Gateway:MaxQueueTime", "00:05:00");
        await using var __ = gateway;
        var ring = new KeyRing();
        var low = ring.Add(change: made => made.Priority = (int)FunctionPriority.Low);
        var high = ring.Add(change: made => made.Priority = (int)FunctionPriority.High);
        await gateway.PublishAsync(ring.Update());
        List<Task<HttpResponseMessage>> calls = [SendAsync(gateway, HttpMethod.Post, "/function/echo", null, "first")];
        await Patience.ForAsync(entered.Task);

        foreach (var (key, text) in (IEnumerable<(string?, string)>)[(low, "low"), (null, "normal"), (high, "high")])
        {
            calls.Add(SendAsync(gateway, HttpMethod.Post, "/function/echo", key, text));
            var waiting = $"gateway_door_waiting {calls.Count - 1}";
            await Patience.UntilAsync(async stop => (await gateway.Http.GetStringAsync("/metrics", stop)).Contains(waiting, StringComparison.Ordinal));
        }

        release.SetResult();
        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(["first", "high", "normal", "low"], order);
    }

    [Fact]
    public async Task Tokens_are_charged_when_the_call_ends()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var ring = new KeyRing();

        // The worker says 5 + 6 tokens a call.
        var key = ring.Add(change: made => made.TokensPerMinute = 10);
        await gateway.PublishAsync(ring.Update());

        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", key));
        Assert.Equal(429, await StatusAsync(gateway, "/function/echo", key));
    }

    [Theory]
    [InlineData("/function/echo", "x")]
    [InlineData("/v1/completions", """{"model":"echo","prompt":"x","stream":true}""")]
    public async Task Who_leaves_before_the_end_is_charged_for_what_was_computed(string path, string body)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("a", 1, 2, 3), Given.Tokens("b", 4, 5, 6));
            await Task.Delay(Timeout.InfiniteTimeSpan, exchange.Aborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var __ = gateway;
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.TokensPerMinute = 10);
        await gateway.PublishAsync(ring.Update());

        using (var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, path.StartsWith("/v1", StringComparison.Ordinal) ? "application/json" : "text/plain") })
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
            using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

            while (!(await Patience.ForAsync(reader.ReadLineAsync()))!.Contains("\"b\"", StringComparison.Ordinal))
            {
                // Until the second event is here.
            }
        }

        await Patience.UntilAsync(() => gateway.InFlight == 0);

        // 5 + 6 of 10.
        Assert.Equal(429, await StatusAsync(gateway, "/function/echo", key));
    }

    [Fact]
    public async Task Tokens_of_an_asynchronous_call_are_charged_to_the_key_that_it_was_handed_in_with()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.TokensPerMinute = 10);
        var other = ring.Add(change: made => made.TokensPerMinute = 10);
        await gateway.PublishAsync(ring.Update());

        Assert.Equal(202, await StatusAsync(gateway, "/async-function/echo", key));
        await Patience.UntilAsync(() => !gateway.Controller.Calls.Settled.IsEmpty);

        Assert.Equal(429, await StatusAsync(gateway, "/function/echo", key));
        Assert.Equal(429, await StatusAsync(gateway, "/async-function/echo", key));
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", other));
        Assert.Equal(2, worker.Exchanges.Count);
        Assert.DoesNotContain(key, gateway.Controller.Calls.Enqueued.Single().Headers.Values);
    }

    [Fact]
    public async Task At_its_limit_of_calls_at_once_a_key_is_429_until_one_ends()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            entered.TrySetResult();
            await go.Task;
            await exchange.SendAsync(Given.Started(), Given.Tokens("done", 1), Given.Finished());
        });
        await using var __ = gateway;
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.MaxConcurrent = 1);
        await gateway.PublishAsync(ring.Update());

        var first = StatusAsync(gateway, "/function/echo", key);
        await entered.Task.WaitAsync(TestKit.Time.Patience.Limit);
        Assert.Equal(429, await StatusAsync(gateway, "/function/echo", key));
        go.SetResult();
        Assert.Equal(200, await first);
        Assert.Equal(200, await StatusAsync(gateway, "/function/echo", key));
    }

    [Fact]
    public async Task A_key_is_its_calls_and_not_its_connections()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var ring = new KeyRing();
        var key = ring.Add();
        ring.Access.LockedNamespaces.Add("openfaas-fn");
        await gateway.PublishAsync(ring.Update());
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = gateway.Url, Timeout = Patience.Limit };

        foreach (var (sent, expected) in (IEnumerable<(string?, HttpStatusCode)>)[(key, HttpStatusCode.OK), (null, HttpStatusCode.Unauthorized), (key, HttpStatusCode.OK), (null, HttpStatusCode.Unauthorized)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent("""{"model":"echo","messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json"),
                Headers = { Authorization = sent is null ? null : new AuthenticationHeaderValue("Bearer", sent) },
            };
            using var response = await http.SendAsync(request);
            Assert.Equal(expected, response.StatusCode);
        }
    }

    private static ChatClient Chat(RunningGateway gateway, string key) =>
        new OpenAIClient(
            new ApiKeyCredential(key),
            new OpenAIClientOptions { Endpoint = new Uri(gateway.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0) }).GetChatClient("echo");

    private static async Task<int> StatusAsync(RunningGateway gateway, string path, string? key)
    {
        using var response = await SendAsync(gateway, HttpMethod.Post, path, key, "x");
        return (int)response.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, HttpMethod method, string path, string? key, string? body = null)
    {
        var request = new HttpRequestMessage(method, path);

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, path.StartsWith("/v1", StringComparison.Ordinal) ? "application/json" : "text/plain");
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        return gateway.Http.SendAsync(request);
    }
}
