using System.Globalization;
using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>What a console asks beyond OpenFaaS: pages of functions, counts by the minute, workers taken out of use.</summary>
public sealed class ConsoleApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task Functions_come_in_pages_searched_and_sorted()
    {
        foreach (var name in new[] { "page-c", "page-a", "page-b" })
        {
            await DemoController.DeployAsync(_controller, name, name == "page-b" ? "sql" : "sentiment");
        }

        var first = await ReadAsync("/api/v1/functions?search=PAGE-&limit=2");
        Assert.Equal(3, first["total"]!.GetValue<int>());
        Assert.Equal(["page-a", "page-b"], Names(first));
        Assert.Equal(["page-c"], Names(await ReadAsync("/api/v1/functions?search=page-&limit=2&offset=2")));
        Assert.Equal(["page-c", "page-b", "page-a"], Names(await ReadAsync("/api/v1/functions?search=page-&descending=true")));
        Assert.Equal(["page-b", "page-a", "page-c"], Names(await ReadAsync("/api/v1/functions?search=page-&sort=image&descending=true")));
        Assert.Equal(["page-c", "page-a", "page-b"], Names(await ReadAsync("/api/v1/functions?search=page-&sort=created")));
        Assert.Equal(["page-b"], Names(await ReadAsync("/api/v1/functions?search=lory-5m/sql&namespace=openfaas-fn")));
        Assert.Equal(3, (await ReadAsync("/api/v1/functions?search=page-&sort=tier"))["total"]!.GetValue<int>());
        Assert.Empty(Names(await ReadAsync("/api/v1/functions?search=page-&offset=3&sort=invocations")));
    }

    [Theory]
    [InlineData("sort=size", "sort")]
    [InlineData("sort=1", "sort")]
    [InlineData("limit=1001", "limit")]
    [InlineData("offset=-1", "offset")]
    [InlineData("namespace=no-such", "namespace")]
    public async Task A_page_that_cannot_be_is_refused_by_the_fields_name(string query, string field)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Get, "/api/v1/functions?" + query);

        Assert.Equal(400, status);
        Assert.Contains(field, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_by_the_minute_come_from_the_stored_records()
    {
        var usage = _controller.Services.GetRequiredService<IUsageStore>();
        var started = _controller.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddMinutes(-2);
        await usage.AppendAsync(new WorkerId("counted"), [Record(1, started, "ok", 40), Record(2, started, "internal", 0)], CancellationToken.None);

        var stats = await ReadAsync("/api/v1/stats?function=counted");

        Assert.Equal((2, 1, 2), (stats["calls"]!.GetValue<int>(), stats["failed"]!.GetValue<int>(), stats["cold"]!.GetValue<int>()));
        Assert.Equal((2, 200), (stats["prefixes"]!["disk"]!.GetValue<int>(), stats["prefixes"]!["bytes"]!.GetValue<int>()));
        Assert.InRange(stats["ttftP50Ms"]!.GetValue<double>(), 30, 50);
        Assert.Equal(2, stats["minutes"]!.AsArray().Sum(minute => minute!["calls"]!.GetValue<int>()));
        Assert.Equal(0, (await ReadAsync("/api/v1/stats?function=another"))["calls"]!.GetValue<int>());
        Assert.Equal(400, (await _controller.AskAsync(HttpMethod.Get, "/api/v1/stats?function=Not+A+Name")).Status);
    }

    [Fact]
    public async Task A_worker_is_told_to_drain_and_to_resume_and_the_audit_says_who_asked()
    {
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "drained");
        await TestKit.Time.Patience.UntilAsync(async _ => (await _controller.AskAsync(HttpMethod.Get, "/api/v1/workers")).Body.Contains("drained", StringComparison.Ordinal));

        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Post, "/api/v1/workers/drained/drain"));
        Assert.False((await worker.NextAsync(WorkerCommand.KindOneofCase.Drain)).Drain.Resume);
        Assert.Equal((202, ""), await _controller.AskAsync(HttpMethod.Post, "/api/v1/workers/drained/resume"));
        Assert.True((await worker.NextAsync(WorkerCommand.KindOneofCase.Drain)).Drain.Resume);

        worker.Script = _ => ScriptedWorker.Fail("internal", "cannot now");
        Assert.Contains("cannot now", (await _controller.AskAsync(HttpMethod.Post, "/api/v1/workers/drained/drain")).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Post, "/api/v1/workers/nobody/drain")).Status);
        var audit = (await _controller.AskAsync(HttpMethod.Get, "/api/v1/audit")).Body;
        Assert.Contains("worker.drain", audit, StringComparison.Ordinal);
        Assert.Contains("worker.resume", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_far_a_worker_is_with_a_backbone_is_listed_and_what_it_says_wrongly_is_not()
    {
        await using var worker = await ScriptedWorker.ConnectAsync(_controller, "loader");
        worker.Loading.Enqueue(new BackboneLoading { Name = "tiny", Digest = Facts.BackboneDigest.Value, BytesDone = 430, BytesTotal = 1_000 });
        worker.Loading.Enqueue(new BackboneLoading { Name = "no digest", Digest = "sha256:1", BytesDone = 1, BytesTotal = 2 });
        worker.Loading.Enqueue(new BackboneLoading { Name = "nothing", Digest = Facts.BackboneDigest.Value, BytesDone = 1, BytesTotal = 0 });
        await worker.BeatAsync();

        await TestKit.Time.Patience.UntilAsync(async _ => (await LoadingAsync()).Count > 0);
        var only = Assert.Single(await LoadingAsync())!;
        Assert.Equal(("tiny", 430, 1_000), (only["backbone"]!.GetValue<string>(), only["bytesDone"]!.GetValue<int>(), only["bytesTotal"]!.GetValue<int>()));

        worker.Loading.Clear();
        await worker.BeatAsync();
        await TestKit.Time.Patience.UntilAsync(async _ => (await LoadingAsync()).Count == 0);

        async Task<IReadOnlyList<JsonNode?>> LoadingAsync() =>
            [.. (await ReadAsync("/api/v1/workers")).AsArray().Where(listed => listed!["id"]!.GetValue<string>() == "loader").SelectMany(listed => listed!["loading"]!.AsArray())];
    }

    private static UsageRecord Record(ulong sequence, DateTimeOffset started, string outcome, double ttft) => new()
    {
        Sequence = sequence,
        CallId = sequence.ToString(CultureInfo.InvariantCulture),
        Function = new FunctionId(NamespaceName.Default, new FunctionName("counted")),
        Revision = 1,
        PromptTokens = 1,
        CompletionTokens = 1,
        TtftMs = ttft,
        TotalMs = ttft,
        Outcome = outcome,
        StartedAt = started,
        AdapterTier = StorageTier.Disk,
        PrefixTier = StorageTier.Disk,
        PrefixBytes = 100,
        QueueMs = 0,
        LoadMs = 0,
        PrefillMs = 0,
        DecodeMs = 0,
    };

    private static IEnumerable<string> Names(JsonNode page) => page["items"]!.AsArray().Select(item => item!["name"]!.GetValue<string>());

    private async Task<JsonNode> ReadAsync(string path)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Get, path);
        Assert.True(status == 200, text);
        return JsonNode.Parse(text)!;
    }
}
