using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class AuditApiTests
{
    [Fact]
    public async Task Every_change_and_every_refused_one_is_on_record_by_name_and_never_by_value()
    {
        using var folder = new TempFolder();

        await using (var controller = await ControllerUnderTest.StartOnAsync(folder))
        {
            controller.Http.DefaultRequestHeaders.Add("X-Lorafaas-User", "alice");
            await DemoController.RegisterAsync(controller);
            await DemoController.DeployAsync(controller, "audited");
            await controller.AskAsync(HttpMethod.Post, "/system/scale-function/audited", """{"serviceName":"audited","replicas":0}""");
            await controller.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"pin","value":"the-value-itself"}""");
            await controller.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"pin","value":"the-value-itself"}""");
            await controller.AskAsync(HttpMethod.Post, "/api/v1/keys", """{"name":"robot"}""");
            await controller.AskAsync(HttpMethod.Delete, "/system/functions", """{"functionName":"audited"}""");
            await controller.AskAsync(HttpMethod.Get, "/system/functions");
        }

        // After a restart it is all still there.
        await using var again = await ControllerUnderTest.StartOnAsync(folder);
        var (status, text) = await again.AskAsync(HttpMethod.Get, "/api/v1/audit");
        Assert.Equal(200, status);
        var events = JsonNode.Parse(text)!.AsArray();

        Assert.Equal(
            ["function.remove 202", "key.create 201", "secret.create 409", "secret.create 201", "function.scale 202", "function.deploy 202", "adapter.push 200", "adapter.push 200", "backbone.register 201"],
            events.Select(one => $"{one!["action"]} {one["status"]}"));
        Assert.All(events, one => Assert.Equal("alice", (string?)one!["user"]));
        Assert.Equal("pin.openfaas-fn", (string?)events[3]!["target"]);
        Assert.StartsWith("audited.openfaas-fn lora://lory-5m/sentiment", (string?)events[5]!["target"], StringComparison.Ordinal);
        Assert.DoesNotContain("the-value-itself", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lfk_", text, StringComparison.Ordinal);

        var page = JsonNode.Parse((await again.AskAsync(HttpMethod.Get, $"/api/v1/audit?limit=2&before={events[1]!["number"]}")).Body)!.AsArray();
        Assert.Equal(["secret.create", "secret.create"], page.Select(one => (string?)one!["action"]));
        Assert.Equal((200, "[]"), await again.AskAsync(HttpMethod.Get, "/api/v1/audit?since=2990-01-01T00:00:00Z"));
    }

    [Fact]
    public async Task An_alert_is_on_record_with_what_it_scaled_and_one_that_scaled_nothing_is_not()
    {
        const string Alert = """{"status":"resolved","alerts":[{"status":"STATUS","labels":{"function_name":"alerted"}},{"status":"STATUS","labels":{"function_name":"gone"}}]}""";
        await using var controller = await ControllerUnderTest.StartAsync();
        await DemoController.RegisterAsync(controller);
        await DemoController.DeployAsync(controller, "alerted", labels: """{"com.openfaas.scale.min":"1","com.openfaas.scale.max":"2","com.openfaas.scale.factor":"100"}""");

        foreach (var status in (string[])["firing", "firing", "resolved", "resolved"])
        {
            Assert.Equal(200, (await controller.AskAsync(HttpMethod.Post, "/system/alert", Alert.Replace("STATUS", status, StringComparison.Ordinal))).Status);
        }

        Assert.Equal(400, (await controller.AskAsync(HttpMethod.Post, "/system/alert", Alert)).Status);

        var events = JsonNode.Parse((await controller.AskAsync(HttpMethod.Get, "/api/v1/audit")).Body)!.AsArray();
        Assert.Equal(
            ["POST /system/alert 400", "function.scale alerted.openfaas-fn to 1 200", "function.scale alerted.openfaas-fn to 2 200"],
            events.Take(3).Select(one => $"{one!["action"]} {one["target"]} {one["status"]}"));
        Assert.Equal("function.deploy", (string?)events[3]!["action"]);
    }

    [Fact]
    public async Task An_update_that_only_asked_whether_the_function_is_there_leaves_no_record()
    {
        const string Absent = """{"service":"absent","image":"lora://lory-5m/sentiment:latest"}""";
        await using var controller = await ControllerUnderTest.StartAsync();
        await DemoController.RegisterAsync(controller);

        Assert.Equal(404, (await controller.AskAsync(HttpMethod.Put, "/system/functions", Absent)).Status);
        Assert.Equal(202, (await controller.AskAsync(HttpMethod.Post, "/system/functions", Absent)).Status);
        Assert.Equal(202, (await controller.AskAsync(HttpMethod.Put, "/system/functions", Absent)).Status);

        var events = JsonNode.Parse((await controller.AskAsync(HttpMethod.Get, "/api/v1/audit")).Body)!.AsArray();
        Assert.Equal(["function.update 202", "function.deploy 202"], events.Take(2).Select(one => $"{one!["action"]} {one["status"]}"));
        Assert.DoesNotContain(events, one => (int)one!["status"]! == 404);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("before=-1", "before")]
    [InlineData("since=yesterday", "since")]
    public async Task A_bad_question_is_400_and_named(string query, string field)
    {
        await using var controller = await ControllerUnderTest.StartAsync();

        var (status, text) = await controller.AskAsync(HttpMethod.Get, $"/api/v1/audit?{query}");

        Assert.Equal(400, status);
        Assert.Equal(field, (string?)JsonNode.Parse(text)!["field"]);
    }
}
