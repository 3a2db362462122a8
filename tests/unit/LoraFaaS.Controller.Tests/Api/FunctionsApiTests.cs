using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Every request that faas-cli makes about functions, with the traps of OpenFaaS's API.</summary>
public sealed class FunctionsApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task An_update_of_an_unknown_function_is_404_and_the_deployment_that_follows_works()
    {
        const string Body = """{"service":"put-first","image":"lora://lory-5m/sentiment:latest","envProcess":"","labels":{},"annotations":null}""";

        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Put, "/system/functions", Body)).Status);
        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Post, "/system/functions", Body));
        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Put, "/system/functions", Body));
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", Body)).Status);
    }

    [Theory]
    [InlineData("service", """{"service":"a\u0000b","image":"lora://lory-5m/sql"}""")]
    [InlineData("labels", """{"service":"nul","image":"lora://lory-5m/sql","labels":{"team":"a\u0000"}}""")]
    [InlineData("annotations", """{"service":"nul","image":"lora://lory-5m/sql","annotations":{"a\u0000":"b"}}""")]
    [InlineData("envProcess", """{"service":"nul","image":"lora://lory-5m/sql","envProcess":"\u0000"}""")]
    [InlineData("constraints", """{"service":"nul","image":"lora://lory-5m/sql","constraints":["x","\u0000"]}""")]
    public async Task U_0000_is_refused_at_the_door_by_the_fields_name(string field, string body)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Post, "/system/functions", body);

        Assert.Equal(400, status);
        Assert.Contains(field, text, StringComparison.Ordinal);
        Assert.Contains("U+0000", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_too()
    {
        const string Body = """{"service":"half","image":"lora://lory-5m/sql","labels":{"a":"\ud800","b":"\\u0000"}}""";

        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", Body)).Status);
    }

    [Fact]
    public async Task An_escaped_backslash_before_u0000_is_no_U_0000()
    {
        const string Body = """{"service":"backslash","image":"lora://lory-5m/sql","labels":{"team":"a\\u0000"}}""";

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", Body)).Status);
    }

    [Fact]
    public async Task A_status_leaves_out_what_was_not_set()
    {
        await DemoController.DeployAsync(_controller, "bare");
        var status = await DescribeAsync("bare");

        foreach (var absent in (string[])["envVars", "limits", "requests", "constraints", "secrets", "envProcess", "readOnlyRootFilesystem", "usage"])
        {
            Assert.False(status.ContainsKey(absent), absent);
        }

        Assert.Equal("""{"faas_function":"bare"}""", status["labels"]!.ToJsonString());
        Assert.Equal("{}", status["annotations"]!.ToJsonString());
        Assert.Equal("bare", (string?)status["name"]);
        Assert.Equal("openfaas-fn", (string?)status["namespace"]);
        Assert.Equal("lora://lory-5m/sentiment:latest", (string?)status["image"]);
        Assert.Equal(1, (int?)status["replicas"]);
        Assert.True(DateTimeOffset.TryParse((string?)status["createdAt"], out _));
    }

    [Fact]
    public async Task A_status_gives_back_letter_by_letter_what_was_set()
    {
        const string Body = """
            {"service":"full","image":"lora://lory-5m/sql","namespace":"openfaas-fn","envProcess":"cat","envVars":{"A":"1"},"constraints":["gpu=no"],
             "labels":{"team":"search"},"annotations":{"lorafaas.io/temperature":"0.50"},"limits":{"memory":"64Mi","cpu":"100m"},
             "requests":{"memory":"32Mi"},"readOnlyRootFilesystem":true,"network":"old","registryAuth":"old"}
            """;
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", Body)).Status);

        var status = await DescribeAsync("full");

        Assert.Equal("""{"memory":"64Mi","cpu":"100m"}""", status["limits"]!.ToJsonString());
        Assert.Equal("""{"memory":"32Mi"}""", status["requests"]!.ToJsonString());
        Assert.Equal("""{"A":"1"}""", status["envVars"]!.ToJsonString());
        Assert.Equal("""["gpu=no"]""", status["constraints"]!.ToJsonString());
        Assert.Equal("""{"lorafaas.io/temperature":"0.50"}""", status["annotations"]!.ToJsonString());
        Assert.Equal("search", (string?)status["labels"]!["team"]);
        Assert.Equal("cat", (string?)status["envProcess"]);
        Assert.True((bool?)status["readOnlyRootFilesystem"]);
    }

    [Fact]
    public async Task Usage_is_there_when_it_is_asked_for()
    {
        await DemoController.DeployAsync(_controller, "with-usage");

        var status = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/with-usage?usage=1")).Body)!;

        Assert.Equal(0, (double?)status["usage"]!["totalMemoryBytes"]);
    }

    [Fact]
    public async Task A_removed_function_is_gone_and_may_come_again()
    {
        await DemoController.DeployAsync(_controller, "passing");

        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Delete, "/system/functions", """{"functionName":"passing"}"""));
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Delete, "/system/functions", """{"functionName":"passing","namespace":"openfaas-fn"}""")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Get, "/system/function/passing?usage=1")).Status);
        await DemoController.DeployAsync(_controller, "passing");
    }

    [Fact]
    public async Task A_list_is_an_array_even_when_it_is_empty()
    {
        Assert.Equal(201, (await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"nobody"}""")).Status);

        Assert.Equal((200, "[]"), await _controller.AskAsync(HttpMethod.Get, "/system/functions?namespace=nobody"));
        Assert.Equal((200, "[]"), await _controller.AskAsync(HttpMethod.Get, "/system/secrets"));
    }

    [Fact]
    public async Task Functions_are_listed_by_namespace()
    {
        await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"team-a"}""");
        await _controller.AskAsync(HttpMethod.Post, "/system/functions", """{"service":"theirs","namespace":"team-a","image":"lora://lory-5m/sql"}""");

        var list = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/functions?namespace=team-a")).Body)!.AsArray();

        Assert.Equal("theirs", (string?)Assert.Single(list)!["name"]);
        Assert.DoesNotContain("theirs", (await _controller.AskAsync(HttpMethod.Get, "/system/functions")).Body, StringComparison.Ordinal);
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/team-a", """{"name":"team-a"}""")).Status);
    }

    [Theory]
    [InlineData("GET", "/system/functions?namespace=unknown", null)]
    [InlineData("GET", "/system/secrets?namespace=unknown", null)]
    [InlineData("POST", "/system/functions", """{"service":"a","image":"lora://lory-5m/sql","namespace":"unknown"}""")]
    [InlineData("PUT", "/system/functions", """{"service":"a","image":"lora://lory-5m/sql","namespace":"unknown"}""")]
    [InlineData("DELETE", "/system/functions", """{"functionName":"a","namespace":"unknown"}""")]
    [InlineData("POST", "/system/scale-function/a", """{"serviceName":"a","replicas":1,"namespace":"unknown"}""")]
    public async Task An_unknown_namespace_is_400(string method, string path, string? body)
    {
        var (status, text) = await _controller.AskAsync(new HttpMethod(method), path, body);

        Assert.Equal(400, status);
        Assert.Contains("namespace", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "object")]
    [InlineData("", "JSON")]
    [InlineData("[]", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("{}", "service")]
    [InlineData("""{"service":"a"}""", "image")]
    [InlineData("""{"service":"A b","image":"lora://lory-5m/sql"}""", "service")]
    [InlineData("""{"service":"a","image":"alpine:latest"}""", "image")]
    [InlineData("""{"service":"a","image":"lora://nope/sql"}""", "nope")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/nope:latest"}""", "nope")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/sql","secrets":["key"]}""", "key")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/sql","limits":{"memory":"many"}}""", "limits.memory")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/sql","labels":{"x":1}}""", "labels.x")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/sql","labels":{"x":null}}""", "labels")]
    [InlineData("""{"service":"a","service":"b","image":"lora://lory-5m/sql"}""", "service")]
    [InlineData("""{"service":"a","image":"lora://lory-5m/sql","annotations":{"lorafaas.io/slo-ttft":"soon"}}""", "lorafaas.io/slo-ttft")]
    [InlineData("""{"service":["a"],"image":"lora://lory-5m/sql"}""", "service")]
    public async Task A_bad_deployment_is_one_line_of_text_that_names_the_field(string body, string named)
    {
        using var response = await _controller.SendAsync(HttpMethod.Post, "/system/functions", body);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains(named, text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_too_deep_is_refused()
    {
        var large = $$"""{"service":"a","image":"{{new string('x', 2 << 20)}}"}""";
        var deep = new string('[', 100_000);

        Assert.Equal(413, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", large)).Status);
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Post, "/system/functions", "{\"x\":" + deep)).Status);
    }

    [Fact]
    public async Task Damaged_deployments_are_refused_and_never_break_anything()
    {
        var good = Encoding.UTF8.GetBytes(
            """{"service":"fuzz","image":"lora://nope/a:latest","labels":{"a":"b"},"annotations":{"lorafaas.io/top-k":"1"},"limits":{"memory":"1Mi"},"secrets":[]}""");
        var random = new Random(23);

        for (var round = 0; round < 400; round++)
        {
            var damaged = (byte[])good.Clone();

            for (var i = random.Next(1, 6); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            using var content = new ByteArrayContent(damaged, 0, random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length));
            using var response = await _controller.Http.PostAsync("/system/functions", content);
            Assert.Equal(400, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Scaling_is_seen_in_the_status()
    {
        await DemoController.DeployAsync(_controller, "scaled");

        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Post, "/system/scale-function/scaled", """{"serviceName":"scaled","replicas":0}"""));
        Assert.False((await DescribeAsync("scaled")).ContainsKey("replicas"));
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Post, "/system/scale-function/scaled?namespace=openfaas-fn", """{"replicas":3}""")).Status);
        Assert.Equal(3, (int?)(await DescribeAsync("scaled"))["replicas"]);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Post, "/system/scale-function/nobody", """{"replicas":1}""")).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"replicas":-1}""")]
    [InlineData("""{"replicas":"two"}""")]
    [InlineData("""{"replicas":1e9}""")]
    [InlineData("no")]
    public async Task A_bad_scale_request_is_400(string body) =>
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Post, "/system/scale-function/a", body)).Status);

    [Fact]
    public async Task A_deployment_starts_with_its_least_replicas()
    {
        await DemoController.DeployAsync(_controller, "two", labels: """{"com.openfaas.scale.min":"2"}""");

        Assert.Equal(2, (int?)(await DescribeAsync("two"))["replicas"]);
    }

    [Fact]
    public async Task A_revision_is_new_only_when_something_that_counts_has_changed()
    {
        await DemoController.DeployAsync(_controller, "revised");

        async Task<int?> UpdateAsync(string adapter, string labels)
        {
            var body = $$"""{"service":"revised","image":"lora://lory-5m/{{adapter}}:latest","labels":{{labels}} }""";
            Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Put, "/system/functions", body)).Status);
            return (int?)(await DescribeAsync("revised"))["lorafaas"]!["revision"];
        }

        Assert.Equal(1, await UpdateAsync("sentiment", """{"team":"a"}"""));
        Assert.Equal(2, await UpdateAsync("sql", """{"team":"a"}"""));
        Assert.Equal(2, await UpdateAsync("sql", """{"team":"b"}"""));
    }

    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/system")]
    [InlineData("POST", "/system/nowhere")]
    [InlineData("GET", "/system/nowhere")]
    [InlineData("GET", "/system/function/a%20b")]
    [InlineData("GET", "/system/function/a~b")]
    public async Task An_unknown_route_is_404_in_Gos_words(string method, string path) =>
        Assert.Equal((404, "404 page not found\n"), await _controller.AskAsync(new HttpMethod(method), path));

    [Theory]
    [InlineData("PATCH", "/system/functions")]
    [InlineData("POST", "/system/function/a")]
    [InlineData("GET", "/system/scale-function/a")]
    [InlineData("POST", "/system/info")]
    [InlineData("PATCH", "/system/secrets")]
    public async Task A_wrong_method_is_405_and_empty(string method, string path) =>
        Assert.Equal((405, ""), await _controller.AskAsync(new HttpMethod(method), path));

    [Fact]
    public async Task Info_leaves_nothing_empty()
    {
        var info = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/info")).Body)!;

        foreach (var value in (JsonNode?[])[
            info["provider"]!["provider"], info["provider"]!["orchestration"], info["provider"]!["version"]!["release"],
            info["provider"]!["version"]!["sha"], info["version"]!["release"], info["version"]!["sha"], info["arch"]])
        {
            Assert.False(string.IsNullOrEmpty((string?)value));
        }

        Assert.NotEqual("faasd", (string?)info["provider"]!["provider"]);
    }

    [Fact]
    public async Task Only_the_platforms_own_processes_are_let_in()
    {
        using var refused = await _controller.Stranger.GetAsync("/system/functions");
        using var health = await _controller.Stranger.GetAsync("/healthz");

        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Equal(200, (int)health.StatusCode);
    }

    [Fact]
    public async Task Namespaces_come_and_go()
    {
        Assert.Equal(201, (await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"lab","labels":{"openfaas":"1"}}""")).Status);
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"lab"}""")).Status);
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"Lab"}""")).Status);
        Assert.Equal((200, """{"name":"lab","labels":{"openfaas":"1"},"annotations":{}}"""), await _controller.AskAsync(HttpMethod.Get, "/system/namespace/lab"));
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Put, "/system/namespace/lab", """{"name":"lab","annotations":{"a":"b"}}""")).Status);
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Put, "/system/namespace/lab", """{"name":"other"}""")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Put, "/system/namespace/none", """{"name":"none"}""")).Status);

        var names = JsonSerializer.Deserialize<string[]>((await _controller.AskAsync(HttpMethod.Get, "/system/namespaces")).Body)!;
        Assert.Contains("lab", names);
        Assert.Contains("openfaas-fn", names);

        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/lab", """{"name":"lab"}"""));
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/lab")).Status);
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Delete, "/system/namespace/openfaas-fn")).Status);
    }

    private async Task<JsonObject> DescribeAsync(string name)
    {
        var (status, body) = await _controller.AskAsync(HttpMethod.Get, $"/system/function/{name}");
        Assert.Equal(200, status);
        return JsonNode.Parse(body)!.AsObject();
    }
}
