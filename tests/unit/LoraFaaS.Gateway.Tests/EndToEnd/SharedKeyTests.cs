using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A key's invocations at once, over two gateways that are processes of their own.</summary>
public sealed class SharedKeyTests
{
    private const int Most = 3;

    [Fact]
    public async Task A_key_has_no_more_invocations_at_once_over_two_gateways_and_a_killed_one_leaves_none_taken()
    {
        using var folder = new TempFolder();
        await using var controller = await FakeController.StartAsync();

        // None lapses because this machine stood still for a while.
        controller.KeyPlaces.Lasts = TimeSpan.FromMinutes(10);
        using var go = new SemaphoreSlim(0);
        var (running, most) = (0, 0);
        await using var worker = await FakeWorker.StartAsync("w1", async exchange =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);

            try
            {
                await go.WaitAsync(exchange.Aborted);
                await FakeWorker.CountAsync(exchange);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        });
        var ring = new KeyRing();
        var key = ring.Add(change: made => made.MaxConcurrent = Most);
        var snapshot = Given.Snapshot([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], Given.Worker(worker.Id, worker.Url));
        snapshot.Access = ring.Access.Clone();
        controller.Publish(snapshot);

        await using var first = await StartAsync(folder, controller, "one");
        using var one = await ClientAsync(first, folder, "one", key);
        List<Task<HttpStatusCode>> calls = [CallAsync(one), CallAsync(one)];
        await Patience.UntilAsync(() => Volatile.Read(ref running) == 2);
        var killed = Assert.Single(controller.KeyPlaces.Gateways);

        await using var second = await StartAsync(folder, controller, "two");
        using var two = await ClientAsync(second, folder, "two", key);
        calls.Add(CallAsync(two));
        await Patience.UntilAsync(() => Volatile.Read(ref running) == Most);

        // At the bound both say so.
        Assert.Equal(HttpStatusCode.TooManyRequests, await CallAsync(one));
        Assert.Equal(HttpStatusCode.TooManyRequests, await CallAsync(two));

        // Many of both, and one after the other whichever gateway they come by.
        go.Release(1_000);
        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(HttpStatusCode.OK, status));
        var many = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => CallAsync(i % 2 == 0 ? one : two)));
        Assert.All(many, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{status}"));
        Assert.Contains(HttpStatusCode.OK, many);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await CallUntilEnteredAsync(i % 2 == 0 ? one : two));
        }

        // One holds all there is, and is killed.
        while (await go.WaitAsync(TimeSpan.Zero))
        {
        }

        calls = [.. Enumerable.Range(0, Most).Select(_ => CallUntilEnteredAsync(one))];
        await Patience.UntilAsync(() => Volatile.Read(ref running) == Most);
        first.Kill();
        await Patience.UntilAsync(() => Volatile.Read(ref running) == 0);
        Assert.All(await Task.WhenAll(calls), status => Assert.NotEqual(HttpStatusCode.OK, status));
        Assert.Equal(Most, controller.KeyPlaces.HeldOf(ring.Access.Keys[0].Id));
        Assert.Equal(HttpStatusCode.TooManyRequests, await CallAsync(two));

        // Its places have lapsed: the other has them all.
        controller.KeyPlaces.Lapse(killed);
        calls = [.. Enumerable.Range(0, Most).Select(_ => CallUntilEnteredAsync(two))];
        await Patience.UntilAsync(() => Volatile.Read(ref running) == Most);
        go.Release(Most);
        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(Most, Volatile.Read(ref most));
    }

    [Fact]
    public async Task Without_a_word_of_the_controller_nobody_goes_over_the_bound_and_a_young_book_is_waited_for()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var ring = new KeyRing();
        var bounded = ring.Add(change: made => made.MaxConcurrent = 2);
        var free = ring.Add();
        gateway.Controller.KeyPlaces.IsAway = true;
        await gateway.PublishAsync(ring.Update());

        using var refused = await CallAsync(gateway.Http, bounded);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        using var served = await CallAsync(gateway.Http, free);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);

        gateway.Controller.KeyPlaces.IsYoung = true;
        gateway.Controller.KeyPlaces.IsAway = false;
        var asked = gateway.Controller.KeyPlaces.Asked;
        var waiting = CallAsync(gateway.Http, bounded);
        await Patience.UntilAsync(() => gateway.Controller.KeyPlaces.Asked > asked);
        gateway.Controller.KeyPlaces.IsYoung = false;
        using var late = await waiting;
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
    }

    private static async Task<HttpStatusCode> CallAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.PostAsync(new Uri("/function/echo", UriKind.Relative), new StringContent("x"));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return HttpStatusCode.BadGateway;
        }
    }

    private static async Task<HttpStatusCode> CallUntilEnteredAsync(HttpClient http)
    {
        while (true)
        {
            if (await CallAsync(http) is not HttpStatusCode.TooManyRequests and var status)
            {
                return status;
            }
        }
    }

    private static Task<HttpResponseMessage> CallAsync(HttpClient http, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x"), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        return http.SendAsync(request);
    }

    private static async Task<ChildProcess> StartAsync(TempFolder folder, FakeController controller, string name)
    {
        await File.WriteAllTextAsync(folder.File("password"), RunningGateway.Password);
        await File.WriteAllTextAsync(folder.File("token"), RunningGateway.Token);

        return ChildProcess.StartDotnet(
            typeof(GatewayHost).Assembly.Location,
            [
                "--Host:ReadyFile", folder.File(name + ".json"), "--Host:HttpUrl", "http://127.0.0.1:0", "--Gateway:PasswordFile", folder.File("password"), "--Internal:TokenFile", folder.File("token"),
                "--Gateway:ControllerHttpUrl", controller.HttpUrl, "--Gateway:ControllerRpcUrl", controller.RpcUrl,
            ],
            folder.Path);
    }

    private static async Task<HttpClient> ClientAsync(ChildProcess gateway, TempFolder folder, string name, string key)
    {
        using var ready = await gateway.WaitForReadyFileAsync(folder.File(name + ".json"));
        var http = new HttpClient { BaseAddress = new Uri(ready.RootElement.GetProperty("urls").GetProperty("http").GetString()!), Timeout = Patience.StartLimit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Patience.UntilAsync(async stop => (await http.GetAsync(new Uri("/healthz", UriKind.Relative), stop)).StatusCode is HttpStatusCode.OK);
        return http;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen && Interlocked.CompareExchange(ref most, value, seen) != seen; seen = Volatile.Read(ref most))
        {
        }
    }
}
