using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class LogsApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task Kept_lines_are_read_and_the_reply_ends()
    {
        await DemoController.DeployAsync(_controller, "logged");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "log-worker");
        await WriteAsync(worker, "logged", "one", "two", "three");
        await UntilAsync("/system/logs?name=logged&follow=false&tail=-1", "three");

        var (status, all) = await _controller.AskAsync(HttpMethod.Get, "/system/logs?name=logged&follow=false&tail=-1");
        var (_, tail) = await _controller.AskAsync(HttpMethod.Get, "/system/logs?name=logged&tail=9&tail=1");
        var (_, since) = await _controller.AskAsync(HttpMethod.Get, "/system/logs?name=logged&since=2100-01-01T00:00:00Z");
        var (_, other) = await _controller.AskAsync(HttpMethod.Get, "/system/logs?name=logged&instance=somebody");

        Assert.Equal(200, status);
        Assert.Equal(["one\n", "two\n", "three\n"], Texts(all));
        Assert.Equal(["three\n"], Texts(tail));
        Assert.Empty(Texts(since));
        Assert.Empty(Texts(other));

        var line = JsonNode.Parse(all.Split('\n')[0])!;
        Assert.Equal("logged", (string?)line["name"]);
        Assert.Equal("openfaas-fn", (string?)line["namespace"]);
        Assert.Equal("log-worker", (string?)line["instance"]);
        Assert.True(DateTimeOffset.TryParse((string?)line["timestamp"], out _));
    }

    [Fact]
    public async Task A_follower_gets_lines_as_they_come()
    {
        await DemoController.DeployAsync(_controller, "followed");
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "follow-worker");

        using var response = await _controller.SendAsync(HttpMethod.Get, "/system/logs?name=followed&follow=true");
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        foreach (var text in (string[])["first", "second"])
        {
            await WriteAsync(worker, "followed", text);
            var line = await Patience.ForAsync(reader.ReadLineAsync());
            Assert.Equal(text + "\n", (string?)JsonNode.Parse(line!)!["text"]);
        }
    }

    [Theory]
    [InlineData("", 422)]
    [InlineData("?name=", 422)]
    [InlineData("?name=Bad+Name", 422)]
    [InlineData("?name=nobody", 404)]
    [InlineData("?name=nobody&tail=ten", 422)]
    [InlineData("?name=nobody&since=yesterday", 422)]
    [InlineData("?name=nobody&follow=maybe", 422)]
    [InlineData("?name=nobody&namespace=unknown", 400)]
    public async Task A_bad_query_is_named(string query, int status) =>
        Assert.Equal(status, (await _controller.AskAsync(HttpMethod.Get, "/system/logs" + query)).Status);

    private static Task WriteAsync(ScriptedWorker worker, string function, params string[] texts)
    {
        var batch = new LogBatch();
        batch.Entries.AddRange(texts.Select(text => new LogEntry
        {
            Namespace = "openfaas-fn",
            Function = function,
            Instance = worker.Id,
            UnixNanos = 1_900_000_000_000_000_000,
            Text = text + "\n",
        }));
        return worker.SendAsync(new WorkerMessage { Logs = batch });
    }

    private Task UntilAsync(string path, string text) =>
        Patience.UntilAsync(async _ => (await _controller.AskAsync(HttpMethod.Get, path)).Body.Contains(text, StringComparison.Ordinal));

    private static string[] Texts(string body) =>
        [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string)JsonNode.Parse(line)!["text"]!)];
}
