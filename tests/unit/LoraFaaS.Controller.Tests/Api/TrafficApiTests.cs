using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Revisions and splits over HTTP.</summary>
public sealed class TrafficApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task Revisions_are_listed_with_their_shares_and_the_split_is_set_promoted_and_rolled_back()
    {
        await PutAsync("shop", "sentiment");
        await PutAsync("shop", "sql");
        await ExpectAsync(HttpMethod.Get, "traffic", null, """[{"percent":100}]""");
        await ExpectAsync(HttpMethod.Put, "traffic", """{"targets":[{"revision":1,"percent":90},{"revision":2,"percent":10,"tag":"next"}]}""", """[{"revision":1,"percent":90},{"revision":2,"percent":10,"tag":"next"}]""");

        var revisions = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/shop/revisions")).Body)!.AsArray();
        Assert.Equal(["shop-00002", "shop-00001"], revisions.Select(revision => (string)revision!["name"]!));
        Assert.Equal([10, 90], revisions.Select(revision => (int)revision!["percent"]!));
        Assert.Equal("next", (string)revisions[0]!["tags"]![0]!);
        Assert.All(revisions, revision => Assert.Equal("serving", (string)revision!["state"]!));
        Assert.Equal("lora://lory-5m/sql", (string)revisions[0]!["image"]!);

        var status = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/shop")).Body)!["lorafaas"]!;
        Assert.Equal(1, (int)status["revision"]!);
        Assert.Equal(90, (int)status["traffic"]![0]!["percent"]!);

        await ExpectAsync(HttpMethod.Post, "promote", null, """[{"percent":100},{"revision":2,"percent":0,"tag":"next"}]""");
        await ExpectAsync(HttpMethod.Post, "rollback", null, """[{"revision":1,"percent":100},{"revision":2,"percent":0,"tag":"next"}]""");
        await ExpectAsync(HttpMethod.Post, "rollback", """{"to":2}""", """[{"revision":2,"percent":100},{"revision":2,"percent":0,"tag":"next"}]""");

        var retired = JsonNode.Parse((await _controller.AskAsync(HttpMethod.Get, "/system/function/shop/revisions")).Body)!.AsArray();
        Assert.Equal("draining", (string)retired[1]!["state"]!);
        Assert.NotNull(retired[1]!["retiredAt"]);
    }

    [Theory]
    [InlineData("PUT", "nobody/traffic", """{"targets":[{"percent":100}]}""", 404, "nobody")]
    [InlineData("GET", "nobody/revisions", null, 404, "nobody")]
    [InlineData("POST", "nobody/rollback", null, 404, "nobody")]
    [InlineData("PUT", "lonely/traffic", "{}", 400, "targets")]
    [InlineData("PUT", "lonely/traffic", """{"targets":[null]}""", 400, "targets")]
    [InlineData("PUT", "lonely/traffic", """{"targets":[]}""", 400, "targets")]
    [InlineData("PUT", "lonely/traffic", """{"targets":[{"percent":50}]}""", 400, "50 together")]
    [InlineData("PUT", "lonely/traffic", """{"targets":[{"revision":9,"percent":100}]}""", 400, "revision 9")]
    [InlineData("PUT", "lonely/traffic", """{"targets":[{"percent":100}],"generation":1}""", 409, "somebody else")]
    [InlineData("POST", "lonely/rollback", null, 400, "nothing older")]
    [InlineData("POST", "lonely/rollback", """{"to":5}""", 400, "revision 5")]
    [InlineData("POST", "lonely/rollback", "nonsense", 400, "")]
    [InlineData("PUT", "lonely/traffic?namespace=nowhere", """{"targets":[{"percent":100}]}""", 400, "nowhere")]
    public async Task What_cannot_be_done_is_said(string method, string path, string? body, int status, string why)
    {
        await PutAsync("lonely", "sentiment");

        var (answered, text) = await _controller.AskAsync(HttpMethod.Parse(method), "/system/function/" + path, body);

        Assert.Equal(status, answered);
        Assert.Contains(why, text, StringComparison.Ordinal);
    }

    private async Task PutAsync(string name, string adapter)
    {
        var body = $$"""{"service":"{{name}}","image":"lora://lory-5m/{{adapter}}"}""";

        if ((await _controller.AskAsync(HttpMethod.Put, "/system/functions", body)).Status == 404)
        {
            await _controller.AskAsync(HttpMethod.Post, "/system/functions", body);
        }
    }

    private async Task ExpectAsync(HttpMethod method, string what, string? body, string targets)
    {
        var (status, text) = await _controller.AskAsync(method, "/system/function/shop/" + what, body);

        Assert.True(status == 200, text);
        Assert.Equal(targets, JsonNode.Parse(text)!["targets"]!.ToJsonString());
    }
}
