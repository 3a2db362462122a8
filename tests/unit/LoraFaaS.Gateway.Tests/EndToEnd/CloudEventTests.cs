using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class CloudEventTests
{
    private const int SdkChecks = 15;

    [Fact]
    public async Task The_official_JavaScript_sdk_finds_nothing_wrong()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;
        var folder = await NodeFolder.InstallAsync("tests/system/LoraFaaS.System.Tests/js-cloudevents");
        await using var node = ChildProcess.Start(
            "node", ["cloudevents-conformance.mjs", gateway.Url.ToString(), "echo", "hello", "0 1 2 3 4 5 ", "echo.openfaas-fn.fn.example.com"], folder);

        var code = await node.Exited.WaitAsync(Patience.StartLimit);

        Assert.True(code == 0, node.Tail());
        Assert.Equal(SdkChecks, node.Output.Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_data_reaches_the_function_and_not_the_envelope()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await SendAsync(gateway, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"prompt":"héllo","max_tokens":3}}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var exchange = Assert.Single(worker.Exchanges);
        Assert.Equal("héllo", exchange.Request.Prompt.UserText);
        Assert.Equal(3, exchange.Request.Sampling.MaxTokens);
        var reply = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("0 1 2 ", (string?)reply["data"]);
        Assert.Equal("text/plain; charset=utf-8", (string?)reply["datacontenttype"]);
        Assert.Equal("1", (string?)reply["causationid"]);
    }

    [Fact]
    public async Task Numbers_and_truths_among_the_extensions_stay_what_they_are()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await SendAsync(gateway, """{"specversion":"1.0","id":"1","source":"/s","type":"t","n":7,"b":false,"s":"é \"x\"","data":"x"}""");

        var reply = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(7, (int?)reply["n"]);
        Assert.False((bool?)reply["b"]);
        Assert.Equal("é \"x\"", (string?)reply["s"]);
    }

    [Fact]
    public async Task A_plain_caller_that_accepts_an_event_gets_one()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await gateway.InvokeAsync("x", accept: "application/cloudevents+json");

        Assert.Equal("application/cloudevents+json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Null(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["causationid"]);
    }

    [Fact]
    public async Task Who_asks_by_event_for_a_stream_gets_the_stream()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await SendAsync(gateway, """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x"}""", "text/event-stream");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("event: done", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_event_makes_the_door_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;
        var random = new Random(6);
        string[] types = ["application/cloudevents+json", "application/cloudevents-batch+json", "text/plain", "application/json", "application/cloudevents+json; charset=\"utf-8\"", "application/cloudevents/;;"];
        string[] names = ["ce-id", "ce-source", "ce-type", "ce-specversion", "ce-time", "ce-data", "ce-x", "Prefer", "Accept", "K-Network-Probe"];
        string[] values = ["1", "1.0", "/s", "%41", "%", "\"a\\", "reply", "application/cloudevents+json", "2026-01-01T00:00:00Z", "", "queue"];
        string[] bodies = ["", "{}", "[", """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x"}""", """{"specversion":"1.0","id":"\udc00","source":"/s","type":"t"}"""];

        for (var i = 0; i < 400; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(bodies[random.Next(bodies.Length)])) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", types[random.Next(types.Length)]);
            request.Headers.Host = random.Next(3) == 0 ? "echo.openfaas-fn.fn.example.com" : null;

            for (var j = random.Next(7); j > 0; j--)
            {
                request.Headers.TryAddWithoutValidation(names[random.Next(names.Length)], values[random.Next(values.Length)]);
            }

            using var response = await gateway.Http.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();

            Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode} to {request}");
        }
    }

    private static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, string json, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo")
        {
            Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/cloudevents+json")),
        };

        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return gateway.Http.SendAsync(request);
    }
}
