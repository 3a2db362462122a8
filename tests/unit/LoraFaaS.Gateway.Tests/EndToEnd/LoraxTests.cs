using System.Net;
using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>LoRAX's API as its Python client uses it.</summary>
public sealed class LoraxTests
{
    [Fact]
    public async Task Generate_answers_with_text_details_and_headers()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await gateway.PostJsonAsync(
            "/generate", """{"inputs":"hello ","parameters":{"adapter_id":"echo","max_new_tokens":3,"temperature":0.5,"seed":9,"details":true,"return_full_text":true}}""");

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("hello 0 1 2 ", (string?)answer["generated_text"]);
        Assert.Equal("length", (string?)answer["details"]!["finish_reason"]);
        Assert.Equal(5, (int?)answer["details"]!["prompt_tokens"]);
        Assert.Equal(3, (int?)answer["details"]!["generated_tokens"]);
        Assert.Equal(9, (int?)answer["details"]!["seed"]);
        Assert.Equal([0, 1, 2], answer["details"]!["tokens"]!.AsArray().Select(token => (int)token!["id"]!));
        Assert.Empty(answer["details"]!["prefill"]!.AsArray());

        foreach (var header in (string[])["x-prompt-tokens", "x-generated-tokens", "x-total-time", "x-queue-time", "x-compute-time"])
        {
            Assert.True(long.Parse(response.Headers.GetValues(header).Single()) >= 0, header);
        }

        var asked = Assert.Single(worker.Exchanges).Request;
        Assert.Equal("hello ", asked.Prompt.RawText);
        Assert.Equal(0.5f, asked.Sampling.Temperature);
        Assert.Equal(0, asked.Sampling.TopLogprobs);
    }

    [Fact]
    public async Task A_stream_ends_with_a_special_token_that_carries_the_whole_text()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync("/generate_stream", """{"inputs":"x","parameters":{"adapter_id":"echo"}}""");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => JsonNode.Parse(text["data: ".Length..])!).ToList();
        Assert.Equal(7, events.Count);
        Assert.Equal("0 1 2 3 4 5 ", string.Concat(events.Where(e => !(bool)e["token"]!["special"]!).Select(e => (string)e["token"]!["text"]!)));
        Assert.All(events[..^1], e => Assert.Null(e["generated_text"]));
        Assert.Equal("0 1 2 3 4 5 ", (string?)events[^1]["generated_text"]);
        Assert.Equal("eos_token", (string?)events[^1]["details"]!["finish_reason"]);
    }

    [Fact]
    public async Task The_root_answers_with_a_list_or_a_stream()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var whole = await gateway.PostJsonAsync("/", """{"inputs":"x","parameters":{"adapter_id":"echo"}}""");
        using var stream = await gateway.PostJsonAsync("/", """{"inputs":"x","parameters":{"adapter_id":"echo"},"stream":true}""");

        Assert.Equal("0 1 2 3 4 5 ", (string?)JsonNode.Parse(await whole.Content.ReadAsStringAsync())![0]!["generated_text"]);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task An_adapter_is_found_by_function_tag_or_digest_and_no_adapter_is_the_backbone()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1");
        var backbone = Given.BackboneRoute("lory-5m");
        backbone.Placements.Add(new LoraFaaS.Protocol.Control.Placement { WorkerId = "w1", Tier = (int)StorageTier.Device });
        await gateway.PublishAsync([Given.Route("echo", placements: ("w1", StorageTier.Device)), backbone], worker);

        foreach (var adapter in (string?[])["echo", "echo.openfaas-fn", "lora://lory-5m/echo", "lora://lory-5m/other@" + Given.AdapterDigest, "", null])
        {
            var field = adapter is null ? "{}" : $$"""{"adapter_id":"{{adapter}}","adapter_source":"local"}""";
            using var response = await gateway.PostJsonAsync("/generate", $$"""{"inputs":"x","parameters":{{field}}}""");
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(["echo", "echo", "echo", "echo", "lory-5m", "lory-5m"], worker.Exchanges.Select(exchange => exchange.Request.Revision.Function));

        using var chat = await gateway.PostJsonAsync("/v1/completions", """{"model":"","adapter_id":"lora://lory-5m/echo","prompt":"x"}""");
        Assert.Equal("0 1 2 3 4 5 ", (string?)JsonNode.Parse(await chat.Content.ReadAsStringAsync())!["choices"]![0]!["text"]);
    }

    [Theory]
    [InlineData("{}", "inputs")]
    [InlineData("""{"inputs":""}""", "inputs")]
    [InlineData("""{"inputs":"x"}""", "adapter_id")]
    [InlineData("""{"inputs":"x","parameters":{"adapter_id":"nobody"}}""", "nobody")]
    [InlineData("""{"inputs":"x","parameters":{"adapter_id":"echo","max_new_tokens":0}}""", "max_new_tokens")]
    [InlineData("""{"inputs":"x","parameters":{"adapter_id":"echo","adapter_source":"ftp"}}""", "adapter_source")]
    [InlineData("""{"inputs":"x","parameters":{"adapter_id":"echo","merged_adapters":{}}}""", "merged_adapters")]
    [InlineData("""{"inputs":"x","parameters":{"adapter_id":"echo","best_of":2}}""", "best_of")]
    [InlineData("[", "JSON")]
    public async Task What_is_wrong_is_422_of_type_validation_and_named(string body, string named)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync("/generate", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal("validation", (string?)error["error_type"]);
        Assert.Contains(named, (string?)error["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queue_full", 429, "overloaded")]
    [InlineData("deadline_exceeded", 504, "incomplete_generation")]
    [InlineData("internal", 500, "generation")]
    public async Task What_goes_wrong_has_a_type(string code, int status, string type)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange => exchange.SendAsync(Given.Failed(code)));
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync("/generate", """{"inputs":"x","parameters":{"adapter_id":"echo"}}""");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(type, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error_type"]);
    }

    [Fact]
    public async Task A_failure_in_the_middle_is_an_event()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange => exchange.SendAsync(Given.Started(), Given.Tokens("a", 1), Given.Failed("internal")));
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync("/generate_stream", """{"inputs":"x","parameters":{"adapter_id":"echo"}}""");

        Assert.Contains("""data: {"error":"it broke","error_type":"generation"}""", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_string_is_told_from_the_end()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange =>
        {
            var finished = Given.Finished(1);
            finished.Finished.StoppedBy = "END";
            return exchange.SendAsync(Given.Started(), Given.Tokens("a", 1), finished);
        });
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync("/generate", """{"inputs":"x","parameters":{"adapter_id":"echo","details":true,"stop":["END"]}}""");

        Assert.Equal("stop_sequence", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["details"]!["finish_reason"]);
    }

    [Fact]
    public async Task Health_and_info()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:DefaultBackbone", "lory-5m");
        await gateway.PublishAsync([Given.BackboneRoute("lory-5m")]);

        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/health")).StatusCode);
        var info = JsonNode.Parse(await gateway.Http.GetStringAsync("/info"))!;
        Assert.Equal("lory-5m", (string?)info["model_id"]);
        Assert.Equal(512, (int?)info["max_total_tokens"]);
    }

    [Fact]
    public async Task No_body_makes_it_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var random = new Random(10);
        string[] pieces = ["{", "}", "\"inputs\":\"x\"", ",", "\"parameters\":{", "\"adapter_id\":\"echo\"", "\"stop\":[\"\"]", "\"seed\":1e99", "\"details\":true", "\"schema\":7", "\"\\ud800\":1", "\"temperature\":-1", "null", "\"stream\":true"];
        string[] paths = ["/generate", "/generate_stream", "/", "/v1/load_lora_adapter", "/v1/unload_lora_adapter"];

        for (var i = 0; i < 400; i++)
        {
            var body = string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(_ => pieces[random.Next(pieces.Length)]));
            using var response = await gateway.PostJsonAsync(paths[random.Next(paths.Length)], body);

            Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode} to {body}");
        }
    }
}
