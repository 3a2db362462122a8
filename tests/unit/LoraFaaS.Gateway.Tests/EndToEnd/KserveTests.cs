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

    private static async Task<JsonNode> GetAsync(RunningGateway gateway, string path) => JsonNode.Parse(await gateway.Http.GetStringAsync(path))!;
}
