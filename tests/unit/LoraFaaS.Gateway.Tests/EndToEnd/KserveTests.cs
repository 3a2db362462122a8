using System.Text.Json.Nodes;
using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The Open Inference Protocol for text.</summary>
public sealed class KserveTests
{
    [Fact]
    public async Task Server_models_and_health()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        Assert.Equal("lorafaas", (string?)(await GetAsync(gateway, "/v2"))["name"]);
        Assert.True((bool?)(await GetAsync(gateway, "/v2/health/live"))["live"]);
        Assert.True((bool?)(await GetAsync(gateway, "/v2/health/ready"))["ready"]);
        Assert.Equal("""{"models":["echo"]}""", (await GetAsync(gateway, "/v2/models")).ToJsonString());
        Assert.Equal("""["3"]""", (await GetAsync(gateway, "/v2/models/echo"))["versions"]!.ToJsonString());
        Assert.Equal("text_output", (string?)(await GetAsync(gateway, "/v2/models/echo/versions/3"))["outputs"]![0]!["name"]);
        Assert.True((bool?)(await GetAsync(gateway, "/v2/models/echo/ready"))["ready"]);
    }

    [Fact]
    public async Task Generate_answers_whole_or_in_pieces()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        const string Body = """{"text_input":"hello","parameters":{"max_tokens":3,"details":true,"temperature":0}}""";

        using var whole = await gateway.PostJsonAsync("/v2/models/echo/generate", Body);
        using var stream = await gateway.PostJsonAsync("/v2/models/echo/versions/3/generate_stream", Body);

        var answer = JsonNode.Parse(await whole.Content.ReadAsStringAsync())!;
        Assert.Equal(("0 1 2 ", "echo", "3"), ((string?)answer["text_output"], (string?)answer["model_name"], (string?)answer["model_version"]));
        Assert.Equal("length", (string?)answer["details"]!["finish_reason"]);
        Assert.Equal(3, answer["details"]!["logprobs"]!.AsArray().Count);

        var pieces = (await stream.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => JsonNode.Parse(text["data: ".Length..])!).ToList();
        Assert.Equal("0 1 2 ", string.Concat(pieces.Select(piece => (string?)piece["text_output"])));
        Assert.Equal("length", (string?)pieces[^1]["details"]!["finish_reason"]);
        Assert.All(worker.Exchanges, exchange => Assert.Equal("hello", exchange.Request.Prompt.RawText));
    }

    [Theory]
    [InlineData("""["hello"]""", "[1]")]
    [InlineData("""[["hello"]]""", "[1,1]")]
    public async Task Infer_takes_a_text_and_makes_one(string data, string shape)
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        using var response = await gateway.PostJsonAsync(
            "/v2/models/echo/versions/3/infer",
            $$"""{"id":"mine","parameters":{"max_tokens":3},"inputs":[{"name":"text_input","shape":{{shape}},"datatype":"BYTES","data":{{data}}}],"outputs":[{"name":"text_output"}]}""");

        Assert.Equal(
            """{"model_name":"echo","model_version":"3","id":"mine","parameters":{"finish_reason":"length","prompt_tokens":5,"completion_tokens":3},"outputs":[{"name":"text_output","datatype":"BYTES","shape":[1],"data":["0 1 2 "]}]}""",
            await response.Content.ReadAsStringAsync());
        Assert.Equal("hello", Assert.Single(worker.Exchanges).Request.Prompt.RawText);
    }

    [Fact]
    public async Task Binary_tensors_are_refused_by_what_announces_them()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/echo/infer") { Content = new ByteArrayContent("{}hello"u8.ToArray()) };
        request.Headers.Add("Inference-Header-Content-Length", "2");

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("Inference-Header-Content-Length", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer", "{}", 404, "nobody")]
    [InlineData("/v2/models/echo/infer", "{}", 400, "inputs")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[7]}""", 400, "inputs")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"x","datatype":"BYTES","data":["a"]}]}""", 400, "inputs[0].name")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"text_input","datatype":"FP32","data":[1]}]}""", 400, "inputs[0].datatype")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"text_input","datatype":"BYTES","shape":[2],"data":["a","b"]}]}""", 400, "inputs[0].shape")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"text_input","datatype":"BYTES","data":["a","b"]}]}""", 400, "inputs[0].data")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"text_input","datatype":"BYTES","data":["a"]}],"outputs":[{"name":"logits"}]}""", 400, "outputs[0].name")]
    [InlineData("/v2/models/echo/infer", """{"inputs":[{"name":"text_input","datatype":"BYTES","data":["a"]}],"parameters":{"top_p":7}}""", 400, "parameters.top_p")]
    [InlineData("/v2/models/nobody/generate", """{"text_input":"x"}""", 404, "nobody")]
    [InlineData("/v2/models/echo/versions/9/generate", """{"text_input":"x"}""", 404, "versions/9")]
    [InlineData("/v2/models/echo/generate", "{}", 400, "text_input")]
    [InlineData("/v2/models/echo/generate", """{"text_input":"x","parameters":{"max_tokens":0}}""", 400, "parameters.max_tokens")]
    [InlineData("/v2/models/echo/generate_stream", "[", 400, "JSON")]
    public async Task What_is_wrong_is_said(string path, string body, int status, string named)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        using var response = await gateway.PostJsonAsync(path, body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(named, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"], StringComparison.Ordinal);
    }

    /// <summary>The prefix is a way to the same stations: what is behind it is asked for the same key, and what is not is said in OpenAI's words.</summary>
    [Fact]
    public async Task OpenAIs_API_is_under_KServes_prefix_too()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        await using var locked = await RunningGateway.StartAsync("--Gateway:RequireApiKeys", "true");

        Assert.Equal("echo", (string?)(await GetAsync(gateway, "/openai/v1/models"))["data"]![0]!["id"]);
        using var chat = await gateway.PostJsonAsync("/openai/v1/chat/completions", """{"model":"echo","messages":[{"role":"user","content":"x"}]}""");
        Assert.Contains("0 1 2 3 4 5 ", await chat.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unserved = await gateway.PostJsonAsync("/openai/v1/embeddings", "{}");
        Assert.Contains("unknown_url", await unserved.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unauthorised = await locked.Http.GetAsync("/openai/v1/models");
        Assert.Equal(401, (int)unauthorised.StatusCode);
        using var control = await gateway.Http.GetAsync("/openai/system/functions");
        Assert.Equal(404, (int)control.StatusCode);
    }

    private static async Task<JsonNode> GetAsync(RunningGateway gateway, string path) => JsonNode.Parse(await gateway.Http.GetStringAsync(path))!;
}
