using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>Our client, in every way a call can go. Run against our server and against the official JavaScript one.</summary>
public abstract class GrpcClientTests : IDisposable
{
    private const int FiveMegabytes = 5 * 1024 * 1024;

    private readonly Lazy<GrpcChannel> _channel;

    protected GrpcClientTests() => _channel = new(() => new GrpcChannel(new() { Servers = ServerAddresses.One(Address) }));

    protected abstract Uri Address { get; }

    private GrpcChannel Channel => _channel.Value;

    private ControlClient Control => new(Channel);

    public void Dispose()
    {
        Channel.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Unary_call_answers()
    {
        var reply = await Control.ActivateAsync(Request("echo", "größe", 17), Patience.Limit, CancellationToken.None);

        Assert.Equal("größe", reply.WorkerId);
        Assert.Equal(17, reply.RetryAfterMs);
    }

    [Fact]
    public async Task Many_calls_at_once_share_the_channel()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Control.ActivateAsync(Request("echo", "n", i), Patience.Limit, CancellationToken.None)));

        Assert.Equal(Enumerable.Range(0, 300), replies.Select(reply => reply.RetryAfterMs));
    }

    [Fact]
    public async Task Large_messages_pass_both_ways()
    {
        var reply = await Control.ActivateAsync(Request("large", new string('n', FiveMegabytes), FiveMegabytes), Patience.Limit, CancellationToken.None);

        Assert.Equal(FiveMegabytes, reply.WorkerId.Length);
        Assert.Equal(FiveMegabytes, reply.RetryAfterMs);
    }

    [Fact]
    public async Task A_failure_brings_its_status_and_its_text()
    {
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => Control.ActivateAsync(Request("fail", ""), Patience.Limit, CancellationToken.None));

        Assert.Equal(GrpcStatusCode.NotFound, failure.Code);
        Assert.Equal(ScriptedControl.FailureText, failure.Status.Message);
    }

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => Channel.CallAsync(TestMethods.Nothing, Request("echo", ""), GrpcCallOptions.None, CancellationToken.None));

        Assert.Equal(GrpcStatusCode.Unimplemented, failure.Code);
    }

    [Fact]
    public async Task A_deadline_travels_and_the_server_ends_the_call()
    {
        // Our own clock stands still, so only the server can find the deadline over.
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(Address), Time = new FakeTimeProvider() });

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() =>
            new ControlClient(channel).ActivateAsync(Request("wait", Tag("travels")), TimeSpan.FromMilliseconds(100), CancellationToken.None));

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, failure.Code);
    }

    [Fact]
    public async Task A_deadline_is_kept_even_when_the_server_does_not()
    {
        var clock = new FakeTimeProvider();
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(Address), Time = clock });
        var calling = new ControlClient(channel).ActivateAsync(Request("wait", Tag("deadline")), TimeSpan.FromHours(1), CancellationToken.None);
        await ServerSawAsync("was-started", Tag("deadline"));

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(calling))).Code);
        await ServerSawAsync("was-cancelled", Tag("deadline"));
    }

    [Fact]
    public async Task Cancelling_a_call_reaches_the_server()
    {
        using var cancellation = new CancellationTokenSource();
        var calling = Control.ActivateAsync(Request("wait", Tag("unary")), Patience.Limit, cancellation.Token);
        await ServerSawAsync("was-started", Tag("unary"));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        await ServerSawAsync("was-cancelled", Tag("unary"));
    }

    [Fact]
    public async Task A_stream_brings_every_message_in_order()
    {
        var versions = await Watch("count:500").Select(update => update.Version).ToListAsync();

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), versions);
    }

    [Fact]
    public async Task A_stream_may_be_empty() => Assert.Empty(await Watch("count:0").ToListAsync());

    [Fact]
    public async Task Leaving_a_stream_early_cancels_it_on_the_server()
    {
        await foreach (var update in Watch("endless:" + Tag("stream")))
        {
            if (update.Version == 10)
            {
                break;
            }
        }

        await ServerSawAsync("was-cancelled", Tag("stream"));
    }

    [Fact]
    public async Task Cancelling_a_silent_stream_reaches_the_server()
    {
        using var cancellation = new CancellationTokenSource();
        await using var updates = Control.WatchRoutesAsync(new() { GatewayId = "silent:" + Tag("silent") }, cancellation.Token).GetAsyncEnumerator();
        var waiting = updates.MoveNextAsync().AsTask();
        await ServerSawAsync("was-started", Tag("silent"));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await ServerSawAsync("was-cancelled", Tag("silent"));
    }

    [Fact]
    public async Task A_stream_that_fails_late_first_brings_what_it_had()
    {
        var versions = new List<long>();

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (var update in Watch("fail-after:3"))
            {
                versions.Add(update.Version);
            }
        });

        Assert.Equal([1, 2, 3], versions);
        Assert.Equal(new GrpcStatus(GrpcStatusCode.FailedPrecondition, "after 3"), failure.Status);
    }

    [Fact]
    public async Task Both_directions_flow_at_once()
    {
        await using var call = await Control.OpenWorkerSessionAsync(CancellationToken.None);
        await using var commands = call.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();

        for (var i = 1; i <= 50; i++)
        {
            Assert.True(await call.TrySendAsync(new() { Heartbeat = new() { Sequence = i } }, CancellationToken.None));
            Assert.True(await Patience.ForAsync(commands.MoveNextAsync().AsTask()));
            Assert.Equal((ulong)i, commands.Current.CommandId);
        }
    }

    [Fact]
    public async Task After_half_closing_the_rest_is_still_read()
    {
        await using var call = await Control.OpenWorkerSessionAsync(CancellationToken.None);

        Assert.True(await call.TrySendAsync(new() { Heartbeat = new() { Sequence = 1 } }, CancellationToken.None));
        Assert.True(await call.TrySendAsync(new() { Heartbeat = new() { Sequence = 2 } }, CancellationToken.None));
        call.CompleteSending();

        var ids = await Patience.ForAsync(call.ReadAllAsync(CancellationToken.None).Select(command => command.CommandId).ToListAsync().AsTask());

        Assert.Equal([1, 2, 999], ids);
    }

    [Fact]
    public async Task When_the_server_ends_a_session_the_reader_learns_why_and_sending_stops()
    {
        await using var call = await Control.OpenWorkerSessionAsync(CancellationToken.None);
        Assert.True(await call.TrySendAsync(new() { Result = new() { CommandId = 1 } }, CancellationToken.None));

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(call.ReadAllAsync(CancellationToken.None).ToListAsync().AsTask()));
        Assert.Equal(GrpcStatusCode.Aborted, failure.Code);

        await Patience.UntilAsync(async _ => !await call.TrySendAsync(new() { Heartbeat = new() }, CancellationToken.None));
    }

    [Fact]
    public async Task Disposing_a_session_reaches_the_server()
    {
        var call = await Control.OpenWorkerSessionAsync(CancellationToken.None);
        Assert.True(await call.TrySendAsync(new() { Hello = new() { WorkerId = Tag("session") } }, CancellationToken.None));
        await Patience.ForAsync(call.ReadAllAsync(CancellationToken.None).FirstAsync().AsTask());

        await call.DisposeAsync();

        await ServerSawAsync("was-cancelled", Tag("session"));
    }

    private string Tag(string name) => $"{GetType().Name}-{name}";

    private static ActivateRequest Request(string function, string ns, int timeLeft = 0) => new() { Key = new() { Function = function, Namespace = ns }, TimeLeftMs = timeLeft };

    private IAsyncEnumerable<RouteUpdate> Watch(string script) => Control.WatchRoutesAsync(new() { GatewayId = script }, CancellationToken.None);

    private Task<ActivateReply> ServerSawAsync(string what, string tag) => Control.ActivateAsync(Request(what, tag), Patience.Limit, CancellationToken.None);
}
