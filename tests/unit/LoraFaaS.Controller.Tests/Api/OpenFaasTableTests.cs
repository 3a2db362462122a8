using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>OpenFaaS's table of endpoints, row by row: method, path and body to status and body. Secrets have tests of their own.</summary>
public sealed class OpenFaasTableTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Theory]
    [InlineData("GET", "/healthz", null, 200, "ok")]
    [InlineData("HEAD", "/healthz", null, 200, "")]
    [InlineData("GET", "/system/info", null, 200, "lorafaas")]
    [InlineData("GET", "/system/functions", null, 200, "[")]
    [InlineData("GET", "/system/functions?namespace=none", null, 400, "none")]
    [InlineData("POST", "/system/functions", "no", 400, "JSON")]
    [InlineData("POST", "/system/functions", """{"image":"lora://lory-5m/sql"}""", 400, "service")]
    [InlineData("POST", "/system/functions", """{"service":"row"}""", 400, "image")]
    [InlineData("POST", "/system/functions", """{"service":"Row","image":"lora://lory-5m/sql"}""", 400, "service")]
    [InlineData("POST", "/system/functions", """{"service":"row","image":"lora://lory-5m/sql","secrets":["none"]}""", 400, "none")]
    [InlineData("POST", "/system/functions", """{"service":"row","image":"lora://lory-5m/sql","requests":{"cpu":"lots"}}""", 400, "requests.cpu")]
    [InlineData("PUT", "/system/functions", """{"service":"row-none","image":"lora://lory-5m/sql"}""", 404, "row-none")]
    [InlineData("PUT", "/system/functions", """{"service":"row-none","image":"not an image"}""", 404, "row-none")]
    [InlineData("DELETE", "/system/functions", """{"functionName":"row-none"}""", 404, "row-none")]
    [InlineData("DELETE", "/system/functions", "{}", 400, "functionName")]
    [InlineData("DELETE", "/system/functions", "", 400, "JSON")]
    [InlineData("GET", "/system/function/row-none", null, 404, "row-none")]
    [InlineData("GET", "/system/function/row-none?namespace=none", null, 400, "none")]
    [InlineData("POST", "/system/scale-function/row-none", """{"replicas":1}""", 404, "row-none")]
    [InlineData("POST", "/system/scale-function/row-none", "no", 400, "JSON")]
    [InlineData("POST", "/system/scale-function/row-none", """{"serviceName":"row-none"}""", 400, "replicas")]
    [InlineData("GET", "/system/namespaces", null, 200, "openfaas-fn")]
    [InlineData("GET", "/system/namespace/openfaas-fn", null, 200, "openfaas-fn")]
    [InlineData("GET", "/system/namespace/none", null, 404, "none")]
    [InlineData("GET", "/system/namespace/", null, 400, "name")]
    [InlineData("DELETE", "/system/namespace/", """{"name":"none"}""", 400, "name")]
    [InlineData("POST", "/system/namespace/", "{}", 400, "name")]
    [InlineData("POST", "/system/namespace/", """{"name":"Bad Name"}""", 400, "name")]
    [InlineData("POST", "/system/namespace/", """{"name":"openfaas-fn"}""", 409, "openfaas-fn")]
    [InlineData("PUT", "/system/namespace/none", """{"name":"none"}""", 404, "none")]
    [InlineData("PUT", "/system/namespace/none", """{"name":"other"}""", 400, "other")]
    [InlineData("DELETE", "/system/namespace/none", """{"name":"none"}""", 404, "none")]
    [InlineData("DELETE", "/system/namespace/none", """{"name":"other"}""", 400, "other")]
    [InlineData("GET", "/system/logs", null, 422, "name")]
    [InlineData("GET", "/system/logs?name=row-none", null, 404, "row-none")]
    [InlineData("GET", "/system/logs?name=row-none&tail=x", null, 422, "tail")]
    [InlineData("GET", "/system/logs?name=row-none&since=x", null, 422, "since")]
    [InlineData("GET", "/system/logs?name=row-none&follow=x", null, 422, "follow")]
    [InlineData("POST", "/system/alert", "", 400, "JSON")]
    [InlineData("POST", "/system/alert", "{", 400, "JSON")]
    [InlineData("POST", "/system/alert", """{"alerts":[{"status":"burning","labels":{"function_name":"a"}}]}""", 400, "alerts[0].status")]
    [InlineData("POST", "/system/alert", """{"alerts":[{"status":"firing","labels":{}}]}""", 400, "alerts[0].labels.function_name")]
    [InlineData("POST", "/system/alert", """{"alerts":[null]}""", 400, "alerts[0].status")]
    [InlineData("POST", "/system/alert", """{"status":"firing","alerts":[{"status":"firing","labels":{"function_name":"row-none"}}]}""", 200, "")]
    [InlineData("POST", "/system/alert", """{"status":"firing","alerts":[]}""", 200, "")]
    [InlineData("GET", "/system/alert", null, 405, "")]
    [InlineData("POST", "/system/functions", """{"service":7,"image":"x"}""", 400, "service: must be of another type\n")]
    [InlineData("POST", "/system/functions", """{"service":"a","image":"x","labels":"x"}""", 400, "labels: must be an object of strings\n")]
    [InlineData("POST", "/system/functions", """{"service":"a","image":"x","constraints":"x"}""", 400, "constraints: must be an array of strings\n")]
    [InlineData("POST", "/system/functions", "[]", 400, "the body must be a JSON object\n")]
    [InlineData("GET", "/metrics", null, 200, "# TYPE")]
    [InlineData("GET", "/system/unknown", null, 404, "404 page not found")]
    public async Task A_row_of_the_table(string method, string path, string? body, int status, string says)
    {
        var (answered, text) = await _controller.AskAsync(new HttpMethod(method), path, body);

        Assert.True(status == answered, $"{answered}: {text}");
        Assert.Contains(says, text, StringComparison.Ordinal);

        if (says.Length == 0)
        {
            Assert.Empty(text);
        }
    }

    [Fact]
    public async Task A_namespace_lives_and_ends()
    {
        const string Body = """{"name":"rows","labels":{"openfaas":"1"},"annotations":{"openfaas":"1"}}""";

        Assert.Equal(201, (await AskAsync("POST", "/system/namespace/", Body)).Status);
        Assert.Equal(409, (await AskAsync("POST", "/system/namespace/", Body)).Status);
        Assert.Contains("rows", JsonNode.Parse((await AskAsync("GET", "/system/namespaces")).Body)!.AsArray().Select(name => (string?)name));
        Assert.Equal("1", (string?)JsonNode.Parse((await AskAsync("GET", "/system/namespace/rows")).Body)!["labels"]!["openfaas"]);
        Assert.Equal(202, (await AskAsync("PUT", "/system/namespace/rows", """{"name":"rows","labels":{"team":"a"}}""")).Status);
        Assert.Equal("a", (string?)JsonNode.Parse((await AskAsync("GET", "/system/namespace/rows")).Body)!["labels"]!["team"]);
        Assert.Equal(202, (await AskAsync("DELETE", "/system/namespace/rows", """{"name":"rows"}""")).Status);
        Assert.Equal(404, (await AskAsync("GET", "/system/namespace/rows")).Status);
    }

    [Theory]
    [InlineData("""{"com.openfaas.scale.min":"2","com.openfaas.scale.max":"4"}""", 1, 2)]
    [InlineData("""{"com.openfaas.scale.min":"2","com.openfaas.scale.max":"4"}""", 9, 4)]
    [InlineData("""{"com.openfaas.scale.min":"2","com.openfaas.scale.max":"4"}""", 3, 3)]
    [InlineData("""{"com.openfaas.scale.min":"2","com.openfaas.scale.max":"2"}""", 1, 2)]
    [InlineData("""{"com.openfaas.scale.min":"2"}""", 0, 0)]
    [InlineData("""{"com.openfaas.scale.max":"0"}""", 50, 50)]
    [InlineData("{}", 7, 7)]
    public async Task Scaling_keeps_between_least_and_most_and_zero_is_zero(string labels, int asked, int replicas)
    {
        var name = $"bounds-{Math.Abs(HashCode.Combine(labels, asked))}";
        await DemoController.DeployAsync(_controller, name, labels: labels);

        Assert.Equal(202, (await AskAsync("POST", $"/system/scale-function/{name}", $$"""{"serviceName":"{{name}}","replicas":{{asked}}}""")).Status);

        Assert.Equal(replicas, await ReplicasAsync(name));
    }

    [Fact]
    public async Task A_firing_alert_adds_a_step_up_to_the_most_and_a_resolved_one_goes_back()
    {
        await DemoController.DeployAsync(_controller, "alerted", labels: """{"com.openfaas.scale.min":"2","com.openfaas.scale.max":"6","com.openfaas.scale.factor":"50"}""");

        Assert.Equal((5, 6, 6, 2), (await AlertAsync("firing"), await AlertAsync("firing"), await AlertAsync("firing"), await AlertAsync("resolved")));

        async Task<int> AlertAsync(string status)
        {
            var body = $$$"""{"receiver":"scale-up","status":"{{{status}}}","alerts":[{"status":"{{{status}}}","labels":{"alertname":"APIHighInvocationRate","function_name":"alerted.openfaas-fn"},"annotations":{}}]}""";
            Assert.Equal((200, ""), await AskAsync("POST", "/system/alert", body));
            return await ReplicasAsync("alerted");
        }
    }

    [Fact]
    public async Task Usage_is_compute_time_and_bytes_in_workers_memory()
    {
        await DemoController.DeployAsync(_controller, "metered");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "usage-worker");
        var status = JsonNode.Parse((await AskAsync("GET", "/system/function/metered")).Body)!;
        await worker.HoldAsync((string)status["lorafaas"]!["adapterDigest"]!, StorageTier.Device);
        var sequence = 0UL;

        await Patience.UntilAsync(async _ =>
        {
            // Usage is of the running hour, which may have ended since the last report.
            await worker.SendAsync(new WorkerMessage
            {
                Usage = new UsageReport
                {
                    Sequence = ++sequence,
                    CallId = $"call-{sequence}",
                    Namespace = "openfaas-fn",
                    Function = "metered",
                    Revision = 1,
                    Outcome = "ok",
                    StartedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                    PrefillMs = 4_000,
                    DecodeMs = 50_000,
                },
            });

            var usage = JsonNode.Parse((await AskAsync("GET", "/system/function/metered?usage=1")).Body)!["usage"]!;
            return (double)usage["cpu"]! >= 10 && (double)usage["totalMemoryBytes"]! == 4_096;
        });
    }

    private Task<(int Status, string Body)> AskAsync(string method, string path, string? body = null) => _controller.AskAsync(new HttpMethod(method), path, body);

    /// <summary>Left out of the status when it is 0.</summary>
    private async Task<int> ReplicasAsync(string name) => (int?)JsonNode.Parse((await AskAsync("GET", $"/system/function/{name}")).Body)!["replicas"] ?? 0;
}
