using System.Globalization;
using System.Text;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>What the workers are told to count a generation's usage under.</summary>
public sealed class UsageKeyTests
{
    [Fact]
    public async Task Workers_that_go_on_with_one_generation_get_its_key_and_a_later_try()
    {
        await using var gateway = await RunningGateway.StartAsync();
        static Task BreakAsync(WorkerExchange exchange) => exchange.Request.ResumeTokens.Count == 0
            ? exchange.SendAsync(Given.Started(), Given.Tokens("0 ", 0), Given.Failed("worker_unavailable"))
            : FakeWorker.CountAsync(exchange);
        var first = await gateway.AddWorkerAsync("w1", BreakAsync);
        var second = await gateway.AddWorkerAsync("w2", BreakAsync);
        await gateway.PublishAsync([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])], first, second);

        using var response = await gateway.InvokeAsync("x", accept: "text/event-stream");
        await response.Content.ReadAsStringAsync();

        var requests = first.Exchanges.Concat(second.Exchanges).Select(exchange => exchange.Request).OrderBy(request => request.UsageTry).ToList();
        Assert.Equal([1L, 2L], requests.Select(request => request.UsageTry));
        Assert.Equal([0, 1], requests.Select(request => request.ResumeTokens.Count));
        Assert.NotEqual("", Assert.Single(requests.Select(request => request.UsageKey).Distinct()));
    }

    [Fact]
    public async Task A_caller_that_repeats_its_call_id_is_counted_each_time()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x"), Headers = { { "X-Call-Id", "always-the-same" } } };
            using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode);
        }

        Assert.Equal(3, worker.Exchanges.Count(exchange => exchange.Request.CallId == "always-the-same"));
        Assert.Equal(3, worker.Exchanges.Select(exchange => exchange.Request.UsageKey).Distinct().Count());
    }

    [Fact]
    public async Task Each_of_several_answers_to_one_prompt_is_counted_for_itself()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var body = new StringContent("""{"model":"echo","messages":[{"role":"user","content":"x"}],"n":3}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), body, TestContext.Current.CancellationToken);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(3, worker.Exchanges.Select(exchange => exchange.Request.UsageKey).Distinct().Count());
    }

    [Fact]
    public async Task An_execution_in_the_place_of_one_that_was_cut_off_is_a_later_try_of_it_and_one_after_an_end_is_another()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        var call = new Protocol.Control.CallRequest
        {
            CallId = "mine-1", Namespace = "openfaas-fn", Function = "echo", StartedUnixNanos = 1_900_000_000_000_000_000, Body = Google.Protobuf.ByteString.CopyFromUtf8("x"),
        };

        foreach (var (lease, execution) in ((int, int)[])[(1, 0), (2, 0), (3, 1)])
        {
            gateway.Controller.Calls.Lease(call, lease, execution);
            await Patience.UntilAsync(() => gateway.Controller.Calls.Settled.Count == lease);
        }

        var requests = worker.Exchanges.Select(exchange => exchange.Request).ToList();
        Assert.Equal(requests[0].UsageKey, requests[1].UsageKey);
        Assert.True(requests[0].UsageTry < requests[1].UsageTry, string.Create(CultureInfo.InvariantCulture, $"{requests[0].UsageTry} comes before {requests[1].UsageTry}"));
        Assert.NotEqual(requests[1].UsageKey, requests[2].UsageKey);

        // The id may be used again once the queue has forgotten the call.
        call.StartedUnixNanos++;
        gateway.Controller.Calls.Lease(call);
        await Patience.UntilAsync(() => gateway.Controller.Calls.Settled.Count == 4);
        Assert.Equal(3, worker.Exchanges.Select(exchange => exchange.Request.UsageKey).Distinct().Count());
    }
}
