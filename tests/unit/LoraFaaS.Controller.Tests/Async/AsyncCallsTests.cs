using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Next = LoraFaaS.Protocol.Control.SettleReply.Types.Next;

namespace LoraFaaS.Controller.Tests.Async;

/// <summary>Asynchronous calls as gateways and operators see them, over the wire, on the embedded store.</summary>
public sealed class AsyncCallsTests : IAsyncLifetime
{
    private static readonly string[] Quick =
    [
        "--Controller:Async:MinWait", "00:00:00.001", "--Controller:Async:MaxWait", "00:00:00.002", "--Controller:Async:Attempts", "2",
        "--Controller:Async:CallbackAttempts", "2", "--Controller:Async:MaxCalls", "3", "--Controller:Async:PollInterval", "00:00:00.010",
    ];

    private ControllerUnderTest _controller = null!;

    public async ValueTask InitializeAsync() => _controller = await ControllerUnderTest.StartAsync(Quick);

    public ValueTask DisposeAsync() => _controller.DisposeAsync();

    [Fact]
    public async Task Call_goes_from_the_door_to_its_answer_and_can_be_fetched()
    {
        Assert.Equal("", (await EnqueueAsync("c-1")).ErrorCode);
        Assert.Equal("queued", await StateAsync("c-1"));
        var leased = Assert.Single(await LeaseAsync());
        Assert.Equal("hello", leased.Call.Body.ToStringUtf8());
        Assert.Equal(("/p", "?q=1", "text/plain"), (leased.Call.Path, leased.Call.Query, leased.Call.Headers["Content-Type"]));
        Assert.Equal("running", await StateAsync("c-1"));

        Assert.Equal(Next.Finished, (await SettleAsync(leased.Ticket, 200, "answer")).Next);

        using var info = await InfoAsync("c-1");
        Assert.Equal("completed", info.RootElement.GetProperty("state").GetString());
        Assert.Equal("answer", info.RootElement.GetProperty("body").GetString());
        Assert.Equal(200, info.RootElement.GetProperty("status").GetInt32());
        Assert.Equal(TimeSpan.FromHours(1), info.RootElement.GetProperty("expiresAt").GetDateTimeOffset() - info.RootElement.GetProperty("finishedAt").GetDateTimeOffset());
        Assert.Equal(Next.Lost, (await SettleAsync(leased.Ticket, 200, "again")).Next);
    }

    [Fact]
    public async Task Callback_is_delivered_under_the_same_lease()
    {
        await EnqueueAsync("c-1", callback: "http://127.0.0.1:1/");
        var leased = Assert.Single(await LeaseAsync());

        var deliver = await SettleAsync(leased.Ticket, 200, "answer");
        Assert.Equal(Next.Deliver, deliver.Next);
        Assert.Equal("delivering", await StateAsync("c-1"));
        Assert.Equal([leased.Ticket.CallId], (await _controller.Calls.RenewAsync(new RenewRequest { Tickets = { leased.Ticket } }, Patience.Limit, default)).CallIds);

        Assert.Equal(Next.Finished, (await DeliveredAsync(deliver.Ticket, "")).Next);
        Assert.Equal("completed", await StateAsync("c-1"));
    }

    [Fact]
    public async Task A_cancelled_call_is_lost_to_who_runs_it_and_over_for_everybody()
    {
        await EnqueueAsync("c-1");
        var leased = Assert.Single(await LeaseAsync());
        var asked = await _controller.Calls.CancelAsync(new CancelRequest { CallId = "c-1" }, Patience.Limit, default);
        Assert.NotEqual("", asked.Function);
        Assert.Equal("running", await StateAsync("c-1"));

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/async/c-1")).Status);

        Assert.Equal("cancelled", await StateAsync("c-1"));
        Assert.Empty((await _controller.Calls.RenewAsync(new RenewRequest { Tickets = { leased.Ticket } }, Patience.Limit, default)).CallIds);
        Assert.Equal(Next.Lost, (await SettleAsync(leased.Ticket, 200, "too late")).Next);
        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/async/c-1")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/async/nobodys")).Status);
        Assert.Equal("", (await _controller.Calls.CancelAsync(new CancelRequest { CallId = "nobodys", Confirmed = true }, Patience.Limit, default)).Function);
    }

    [Fact]
    public async Task Failure_is_tried_again_then_dead_then_replayed()
    {
        await EnqueueAsync("c-1");
        Assert.Equal(Next.RetryLater, (await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 503, "busy")).Next);
        Assert.Equal(Next.Finished, (await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 503, "busy")).Next);
        Assert.Equal("dead", await StateAsync("c-1"));
        Assert.Contains("given up after 2 tries", (await _controller.AskAsync(HttpMethod.Get, "/api/v1/async/dead")).Body, StringComparison.Ordinal);

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Post, "/api/v1/async/c-1/replay")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Post, "/api/v1/async/c-1/replay")).Status);
        var audit = (await _controller.AskAsync(HttpMethod.Get, "/api/v1/audit")).Body;
        Assert.Contains("\"call.replay\"", audit, StringComparison.Ordinal);
        Assert.Contains("\"c-1 of ", audit, StringComparison.Ordinal);
        Assert.Equal(Next.Finished, (await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 200, "fine")).Next);
        Assert.Equal("completed", await StateAsync("c-1"));
    }

    [Fact]
    public async Task Given_up_execution_is_told_to_its_callback_and_dead_after_that()
    {
        await EnqueueAsync("c-1", callback: "http://127.0.0.1:1/");
        await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 500, "x");
        var deliver = await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 500, "x");
        Assert.Equal((Next.Deliver, true), (deliver.Next, deliver.Ticket.GivenUp));

        Assert.Equal(Next.Finished, (await DeliveredAsync(deliver.Ticket, "")).Next);
        Assert.Equal("dead", await StateAsync("c-1"));
    }

    [Fact]
    public async Task Callback_that_never_answers_makes_the_call_dead_and_its_replay_only_delivers()
    {
        await EnqueueAsync("c-1", callback: "http://127.0.0.1:1/");
        var deliver = await SettleAsync(Assert.Single(await LeaseAsync()).Ticket, 200, "answer");
        Assert.Equal(Next.RetryLater, (await DeliveredAsync(deliver.Ticket, "refused")).Next);
        var again = Assert.Single(await LeaseAsync());
        Assert.Equal((1, "answer", 200), (again.Ticket.Phase, again.Answer.Body.ToStringUtf8(), again.Answer.Status));
        Assert.Equal(Next.Finished, (await DeliveredAsync(again.Ticket, "refused")).Next);
        Assert.Equal("dead", await StateAsync("c-1"));

        await _controller.AskAsync(HttpMethod.Post, "/api/v1/async/c-1/replay");
        var replayed = Assert.Single(await LeaseAsync());
        Assert.Equal((1, "answer"), (replayed.Ticket.Phase, replayed.Answer.Body.ToStringUtf8()));
    }

    [Fact]
    public async Task Function_that_is_gone_makes_the_call_dead_at_once()
    {
        await EnqueueAsync("c-1");
        var ticket = Assert.Single(await LeaseAsync()).Ticket;
        var gone = new SettleRequest { Ticket = ticket, Executed = new Executed { FunctionGone = true, Answer = new CallAnswer { Status = 503 } } };

        Assert.Equal(Next.Finished, (await _controller.Calls.SettleAsync(gone, Patience.Limit, default)).Next);
        Assert.Equal("dead", await StateAsync("c-1"));
    }

    [Fact]
    public async Task Released_call_is_leased_again_and_no_try_is_counted()
    {
        await EnqueueAsync("c-1");
        var ticket = Assert.Single(await LeaseAsync()).Ticket;
        await _controller.Calls.SettleAsync(new SettleRequest { Ticket = ticket, Released = new Released() }, Patience.Limit, default);

        Assert.Equal(1, Assert.Single(await LeaseAsync()).Ticket.Attempt);
    }

    [Fact]
    public async Task Full_queue_refuses_and_a_repeated_id_is_no_second_call()
    {
        foreach (var id in (string[])["c-1", "c-2", "c-3"])
        {
            Assert.Equal("", (await EnqueueAsync(id)).ErrorCode);
        }

        var full = await EnqueueAsync("c-4");
        Assert.Equal("queue_full", full.ErrorCode);
        Assert.True(full.RetryAfterMs > 0);
        Assert.Equal("", (await EnqueueAsync("c-1")).ErrorCode);
        Assert.Equal("conflict", (await EnqueueAsync("c-1", function: "other")).ErrorCode);
        Assert.Equal(3, (await LeaseAsync()).Count);
    }

    [Fact]
    public async Task Waiting_gateway_gets_a_call_when_it_comes()
    {
        var waiting = _controller.Calls.LeaseAsync(new LeaseRequest { Most = 4, WaitMs = 60_000 }, Patience.Limit, default);
        await EnqueueAsync("c-1");

        Assert.Single((await Patience.ForAsync(waiting)).Calls);
    }

    [Fact]
    public async Task Unknown_calls_and_bad_limits_are_refused_by_name()
    {
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Get, "/api/v1/async/nobody")).Status);
        var (status, body) = await _controller.AskAsync(HttpMethod.Get, "/api/v1/async/dead?limit=x");
        Assert.Equal(400, status);
        Assert.Contains("limit", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepted_calls_and_dead_ones_survive_a_restart_of_the_controller()
    {
        using var folder = new TempFolder();

        await using (var first = await ControllerUnderTest.StartOnAsync(folder, Quick))
        {
            await first.Calls.EnqueueAsync(Request("c-1"), Patience.Limit, default);
        }

        await using var second = await ControllerUnderTest.StartOnAsync(folder, Quick);
        var leased = await second.Calls.LeaseAsync(new LeaseRequest { Most = 4, WaitMs = 1_000 }, Patience.Limit, default);
        Assert.Equal("c-1", Assert.Single(leased.Calls).Ticket.CallId);
    }

    private Task<EnqueueReply> EnqueueAsync(string id, string callback = "", string function = "echo") =>
        _controller.Calls.EnqueueAsync(Request(id, callback, function), Patience.Limit, default);

    private static EnqueueRequest Request(string id, string callback = "", string function = "echo") => new()
    {
        Call = new CallRequest
        {
            CallId = id, Namespace = "openfaas-fn", Function = function, Path = "/p", Query = "?q=1", CallbackUrl = callback,
            Headers = { ["Content-Type"] = "text/plain" }, Body = ByteString.CopyFromUtf8("hello"), StartedUnixNanos = 1_700_000_000_000_000_000,
        },
    };

    /// <summary>Waits for retries, which are due within milliseconds.</summary>
    private async Task<IReadOnlyList<LeasedCall>> LeaseAsync() =>
        (await _controller.Calls.LeaseAsync(new LeaseRequest { Most = 10, WaitMs = 10_000 }, Patience.Limit, default)).Calls;

    private Task<SettleReply> SettleAsync(CallTicket ticket, int status, string body)
    {
        var answer = new CallAnswer { Status = status, Body = ByteString.CopyFromUtf8(body), DurationSeconds = 0.5 };
        return _controller.Calls.SettleAsync(new SettleRequest { Ticket = ticket, Executed = new Executed { Answer = answer } }, Patience.Limit, default);
    }

    private Task<SettleReply> DeliveredAsync(CallTicket ticket, string error) =>
        _controller.Calls.SettleAsync(new SettleRequest { Ticket = ticket, Delivered = new Delivered { Error = error } }, Patience.Limit, default);

    private async Task<JsonDocument> InfoAsync(string id) => JsonDocument.Parse((await _controller.AskAsync(HttpMethod.Get, $"/api/v1/async/{id}")).Body);

    private async Task<string?> StateAsync(string id)
    {
        using var info = await InfoAsync(id);
        return info.RootElement.GetProperty("state").GetString();
    }
}
