using System.Buffers;
using System.Net;
using System.Text;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A worker is one of us, and may still be broken: whatever bytes it answers, its callers get a whole answer of another, or an error that says what.</summary>
public sealed class HostileWorkerTests
{
    private const string Whole = "0 1 2 3 4 5 ";
    private const string EventsHead = "HTTP/1.1 200 OK\r\nContent-Type: application/x-lorafaas-events\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static TheoryData<string, string> Answers => new()
    {
        { "nothing", "" },
        { "no HTTP", "\0LFPROOF and nothing else" },
        { "half a head", "HTTP/1.1 200 OK\r\nContent-" },
        { "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello" },
        { "a length beside chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "a body until the end", "HTTP/1.1 200 OK\r\nContent-Type: application/x-lorafaas-events\r\n\r\nhello" },
        { "another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello" },
        { "an endless head", "HTTP/1.1 200 OK\r\n" + new string('a', 40_000) },
        { "interim answers and an end", string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 50)) },
        { "no chunks", EventsHead + "hello\r\n" },
        { "a chunk of no size", EventsHead + "ffffffffffffffffff\r\n" },
        { "half a chunk", EventsHead + "20\r\nabc" },
        { "an empty stream", EventsHead + "0\r\n\r\n" },
        { "a frame over any limit", EventsHead + "4\r\n\u007f\u007f\u007f\u007f\r\n" },
        { "a frame that is no event", EventsHead + "6\r\n\0\0\0\u0002\u007f\u007f\r\n" },
        { "a failure without a word", "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n" },
        { "somebody else's failure", "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>" },
        { "a page", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>" },
        { "half a frame", EventsHead + "6\r\n\0\0\0\u0009ab\r\n0\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Its_callers_are_answered_by_another(string what, string answer)
    {
        await using var broken = await RawWorker.StartAsync(_ => Encoding.Latin1.GetBytes(answer), stays: false);
        await using var gateway = await RunningGateway.StartAsync();
        var sound = await gateway.AddWorkerAsync("w2");
        gateway.Controller.OnActivate = (_, _) => Task.FromResult(new ActivateReply { WorkerId = "w2", WorkerUrl = sound.Url });
        await gateway.PublishAsync(Given.Snapshot([Given.Route("echo", placements: ("w1", StorageTier.Device))], [Given.Worker("w1", broken.Url), Given.Worker("w2", sound.Url)]));

        var response = await gateway.InvokeAsync("x");

        Assert.Equal(Whole, await response.Content.ReadAsStringAsync());
        Assert.True(broken.Requests > 0, what);
    }

    /// <summary>Each pause is longer than the one before: no machine is so slow that every call finds it over.</summary>
    [Theory]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")]
    public async Task One_that_goes_on_failing_without_a_word_is_passed_over(string answer)
    {
        const int Calls = 16;
        await using var broken = await RawWorker.StartAsync(_ => Encoding.Latin1.GetBytes(answer));
        await using var gateway = await RunningGateway.StartAsync();
        var sound = await gateway.AddWorkerAsync("w2");
        await gateway.PublishAsync(Given.Snapshot(
            [Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])], Given.Worker("w1", broken.Url), Given.Worker("w2", sound.Url)));

        for (var call = 0; call < Calls; call++)
        {
            Assert.Equal(Whole, await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        }

        Assert.InRange(broken.Requests, 5, Calls - 1);
    }

    [Fact]
    public async Task A_kept_connection_that_was_closed_meanwhile_costs_a_new_one_and_nothing_else()
    {
        await using var worker = await RawWorker.StartAsync(_ => Answer(), stays: false);
        await using var gateway = await StartAsync(worker);

        for (var call = 1; call <= 3; call++)
        {
            Assert.Equal("made.", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        }

        Assert.Equal((3, 3), (worker.Requests, worker.Connections));
    }

    [Fact]
    public async Task One_connection_carries_one_call_after_another()
    {
        await using var worker = await RawWorker.StartAsync(n => n == 2 ? Refusal("") : Answer());
        await using var gateway = await StartAsync(worker);

        // An answer is out before its connection is back: a call has ended when it is in flight no more.
        Assert.Equal(HttpStatusCode.OK, (await gateway.InvokeAsync("x")).StatusCode);
        await Patience.UntilAsync(() => gateway.InFlight == 0);
        Assert.Equal(HttpStatusCode.BadRequest, (await gateway.InvokeAsync("x")).StatusCode);
        await Patience.UntilAsync(() => gateway.InFlight == 0);
        Assert.Equal("made.", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        Assert.Equal(1, worker.Connections);
    }

    [Theory]
    [InlineData("", "HTTP/1.1 200 OK\r\n")]
    [InlineData("Connection: close\r\n", "")]
    public async Task A_connection_is_not_used_again_when_the_worker_ends_it_or_says_more_than_was_asked(string field, string excess)
    {
        await using var worker = await RawWorker.StartAsync(_ => [.. Answer(field), .. Encoding.Latin1.GetBytes(excess)]);
        await using var gateway = await StartAsync(worker);

        for (var call = 1; call <= 2; call++)
        {
            Assert.Equal("made.", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        }

        Assert.Equal(2, worker.Connections);
    }

    [Fact]
    public async Task A_refusal_longer_than_any_is_a_status_alone()
    {
        await using var worker = await RawWorker.StartAsync(_ => Encoding.Latin1.GetBytes("HTTP/1.1 400 Bad\r\nContent-Length: 900000\r\n\r\n" + new string('x', 900_000)));
        await using var gateway = await StartAsync(worker);

        for (var call = 1; call <= 2; call++)
        {
            Assert.Contains("status 400", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(2, worker.Connections);
    }

    private static async Task<RunningGateway> StartAsync(RawWorker worker)
    {
        var gateway = await RunningGateway.StartAsync();
        await gateway.PublishAsync(Given.Snapshot([Given.Route("echo", placements: ("w1", StorageTier.Device))], [Given.Worker("w1", worker.Url)]));
        return gateway;
    }

    private static byte[] Answer(string field = "")
    {
        var frames = new ArrayBufferWriter<byte>();
        FrameEncoder.Encode(Given.Started(), frames);
        FrameEncoder.Encode(Given.Tokens("made.", 1), frames);
        FrameEncoder.Encode(Given.Finished(1, FinishReason.Stop), frames);
        var head = EventsHead.Insert(EventsHead.IndexOf("Transfer", StringComparison.Ordinal), field);
        return [.. Encoding.Latin1.GetBytes($"{head}{frames.WrittenCount:x}\r\n"), .. frames.WrittenSpan, .. "\r\n0\r\n\r\n"u8];
    }

    private static byte[] Refusal(string field)
    {
        const string Body = """{"code":"invalid_request","message":"no"}""";
        return Encoding.Latin1.GetBytes($"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n{field}\r\n{Body}");
    }
}
