using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every store of asynchronous calls does.</summary>
public abstract class AsyncStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly QueueBounds Wide = new(1_000, 1 << 20);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly PurgeRule Patient = new(Minute, 100, 1 << 20, 2 * Minute, 100);

    private DurableStores _stores = null!;

    private IAsyncStore Store => _stores.Async;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Call_is_leased_whole_and_once()
    {
        var request = Sample.Call("c-1", callback: "http://a/b");
        Assert.Equal(EnqueueOutcome.Accepted, await Store.EnqueueAsync(request, Wide, None));

        var leased = Assert.Single(await Store.LeaseAsync(10, Minute, None));

        AssertSame(request, leased.Request);
        Assert.Equal(1, leased.Progress.Attempts);
        Assert.NotNull(leased.Progress.Lease);
        Assert.Equal(CallPhase.Invoke, leased.Progress.Phase);
        Assert.Empty(await Store.LeaseAsync(10, Minute, None));
    }

    [Fact]
    public async Task Repeated_call_id_makes_no_second_call_and_another_functions_is_refused()
    {
        await Store.EnqueueAsync(Sample.Call("c-1"), Wide, None);

        Assert.Equal(EnqueueOutcome.Known, await Store.EnqueueAsync(Sample.Call("c-1"), Wide, None));
        Assert.Equal(EnqueueOutcome.Conflict, await Store.EnqueueAsync(Sample.Call("c-1", "other"), Wide, None));
        Assert.Single(await Store.LeaseAsync(10, Minute, None));
    }

    [Fact]
    public async Task Calls_and_bytes_are_bounded()
    {
        Assert.Equal(EnqueueOutcome.Accepted, await Store.EnqueueAsync(Sample.Call("c-1"), new QueueBounds(2, 25), None));
        Assert.Equal(EnqueueOutcome.Full, await Store.EnqueueAsync(Sample.Call("c-2", bytes: 16), new QueueBounds(2, 25), None));
        Assert.Equal(EnqueueOutcome.Accepted, await Store.EnqueueAsync(Sample.Call("c-2", bytes: 15), new QueueBounds(2, 25), None));
        Assert.Equal(EnqueueOutcome.Full, await Store.EnqueueAsync(Sample.Call("c-3", bytes: 0), new QueueBounds(2, 25), None));
        Assert.Null(await Store.FindAsync(new CallId("c-3"), None));
    }

    [Fact]
    public async Task Lost_lease_frees_its_call_and_counts_as_a_try()
    {
        var first = await EnqueueAndLeaseAsync("c-1");
        await _stores.ElapseAsync(2 * Minute);

        var second = Assert.Single(await Store.LeaseAsync(10, Minute, None));

        Assert.Equal(2, second.Progress.Attempts);
        Assert.False(await Store.SettleAsync(first.Request.Id, first.Progress.Lease!, Completed(), None));
        Assert.True(await Store.SettleAsync(second.Request.Id, second.Progress.Lease!, Completed(), None));
    }

    [Fact]
    public async Task Renewed_lease_lasts_and_a_lost_one_is_not_renewed()
    {
        var call = await EnqueueAndLeaseAsync("c-1");
        var other = await EnqueueAndLeaseAsync("c-2");
        var held = await Store.RenewAsync(
            new Dictionary<CallId, string> { [call.Request.Id] = call.Progress.Lease!, [other.Request.Id] = "not this one" }, 10 * Minute, None);

        Assert.Equal([call.Request.Id], held);
        await _stores.ElapseAsync(2 * Minute);
        Assert.Equal("c-2", Assert.Single(await Store.LeaseAsync(10, Minute, None)).Request.Id.Value);
    }

    [Fact]
    public async Task Retry_is_leased_when_its_time_has_come()
    {
        var call = await EnqueueAndLeaseAsync("c-1");
        var retry = new CallSettlement { Phase = CallPhase.Invoke, Attempts = 1, DueIn = Minute, Error = "503" };
        Assert.True(await Store.SettleAsync(call.Request.Id, call.Progress.Lease!, retry, None));

        Assert.Empty(await Store.LeaseAsync(10, Minute, None));
        await _stores.ElapseAsync(Minute);
        var again = Assert.Single(await Store.LeaseAsync(10, Minute, None));
        Assert.Equal(2, again.Progress.Attempts);
        AssertSame(call.Request, again.Request);
    }

    [Fact]
    public async Task Leases_are_counted_for_ever_and_executions_when_they_end()
    {
        var first = await EnqueueAndLeaseAsync("c-1");
        Assert.Equal((1, 0), (first.Progress.Leases, first.Progress.Executions));

        // Cut off: the next execution is in the place of this one.
        await _stores.ElapseAsync(2 * Minute);
        var second = Assert.Single(await Store.LeaseAsync(10, Minute, None));
        Assert.Equal((2, 0), (second.Progress.Leases, second.Progress.Executions));

        // Given back: the try does not count, the lease does.
        Assert.True(await Store.SettleAsync(second.Request.Id, second.Progress.Lease!, new CallSettlement { Phase = CallPhase.Invoke, Attempts = 1 }, None));
        var third = Assert.Single(await Store.LeaseAsync(10, Minute, None));
        Assert.Equal((3, 0), (third.Progress.Leases, third.Progress.Executions));

        var failed = Dead(CallPhase.Invoke) with { EndsExecution = true };
        Assert.True(await Store.SettleAsync(third.Request.Id, third.Progress.Lease!, failed, None));
        Assert.True(await Store.ReplayAsync(third.Request.Id, None));
        var replayed = Assert.Single(await Store.LeaseAsync(10, Minute, None));
        Assert.Equal((4, 1), (replayed.Progress.Leases, replayed.Progress.Executions));
    }

    [Fact]
    public async Task Answer_survives_delivery_and_the_body_goes_with_the_end()
    {
        var call = await EnqueueAndLeaseAsync("c-1");
        var lease = call.Progress.Lease!;
        var deliver = new CallSettlement { Phase = CallPhase.Deliver, Attempts = 1, DueIn = Minute, KeepsLease = true, Result = Sample.Result() };
        Assert.True(await Store.SettleAsync(call.Request.Id, lease, deliver, None));
        Assert.Empty(await Store.LeaseAsync(10, Minute, None));
        Assert.Equal(1, (await Store.CountAsync(None)).Open);

        Assert.True(await Store.SettleAsync(call.Request.Id, lease, new CallSettlement { Phase = CallPhase.Completed }, None));

        var over = await Store.FindAsync(call.Request.Id, None);
        Assert.Equal(CallPhase.Completed, over!.Progress.Phase);
        Assert.NotNull(over.Progress.FinishedAt);
        Assert.True(over.Request.Body.IsEmpty);
        Assert.Equal((200, 3, 1.25), (over.Progress.Result!.Status, over.Progress.Result.Body.Length, over.Progress.Result.DurationSeconds));
        Assert.Equal("b", over.Progress.Result.Headers["X-A"]);
        Assert.Equal(new QueueCounts(0, 0, 1, 0), await Store.CountAsync(None));
        Assert.False(await Store.SettleAsync(call.Request.Id, lease, Completed(), None));
    }

    [Fact]
    public async Task Dead_call_is_listed_and_replayed_from_the_phase_that_was_given_up()
    {
        var call = await EnqueueAndLeaseAsync("c-1");
        await Store.SettleAsync(call.Request.Id, call.Progress.Lease!, Dead(CallPhase.Invoke), None);
        var other = await EnqueueAndLeaseAsync("c-2");
        await Store.SettleAsync(other.Request.Id, other.Progress.Lease!, Dead(CallPhase.Deliver), None);

        Assert.Equal(["c-1", "c-2"], (await Store.ListDeadAsync(10, None)).Select(dead => dead.Request.Id.Value).Order());
        Assert.Single(await Store.ListDeadAsync(1, None));
        Assert.True(await Store.ReplayAsync(call.Request.Id, None));
        Assert.True(await Store.ReplayAsync(other.Request.Id, None));
        Assert.False(await Store.ReplayAsync(call.Request.Id, None));
        Assert.False(await Store.ReplayAsync(new CallId("nobody"), None));

        var again = (await Store.LeaseAsync(10, Minute, None)).ToDictionary(leased => leased.Request.Id.Value);
        Assert.Equal((CallPhase.Invoke, 1, 10), (again["c-1"].Progress.Phase, again["c-1"].Progress.Attempts, again["c-1"].Request.Body.Length));
        Assert.Null(again["c-1"].Progress.Result);
        Assert.Equal((CallPhase.Deliver, 503), (again["c-2"].Progress.Phase, again["c-2"].Progress.Result?.Status));
    }

    [Fact]
    public async Task A_cancelled_call_is_over_for_everybody_and_its_holder_has_lost_it()
    {
        var running = await EnqueueAndLeaseAsync("c-1");
        await Store.EnqueueAsync(Sample.Call("c-2"), Wide, None);

        Assert.True(await Store.CancelAsync(new CallId("c-1"), "cancelled", None));
        Assert.True(await Store.CancelAsync(new CallId("c-2"), "cancelled", None));
        Assert.False(await Store.CancelAsync(new CallId("c-1"), "cancelled", None));
        Assert.False(await Store.CancelAsync(new CallId("nobody"), "cancelled", None));

        Assert.False(await Store.SettleAsync(running.Request.Id, running.Progress.Lease!, Completed(), None));
        Assert.Empty(await Store.RenewAsync(new Dictionary<CallId, string> { [running.Request.Id] = running.Progress.Lease! }, Minute, None));
        Assert.Empty(await Store.LeaseAsync(10, Minute, None));
        Assert.False(await Store.ReplayAsync(new CallId("c-1"), None));
        var over = (await Store.FindAsync(new CallId("c-1"), None))!;
        Assert.Equal((CallPhase.Completed, "cancelled"), (over.Progress.Phase, over.Progress.Error));
        Assert.Null(over.Progress.Result);
        Assert.NotNull(over.Progress.FinishedAt);
        Assert.Equal(2, (await Store.CountAsync(None)).Completed);
    }

    [Fact]
    public async Task What_is_over_is_purged_by_age_and_number_and_what_is_open_is_not()
    {
        foreach (var id in (string[])["c-1", "c-2", "c-3"])
        {
            var call = await EnqueueAndLeaseAsync(id);
            await Store.SettleAsync(call.Request.Id, call.Progress.Lease!, Completed(), None);
            await _stores.ElapseAsync(TimeSpan.FromSeconds(1));
        }

        var dead = await EnqueueAndLeaseAsync("c-4");
        await Store.SettleAsync(dead.Request.Id, dead.Progress.Lease!, Dead(CallPhase.Invoke), None);
        await Store.EnqueueAsync(Sample.Call("c-5"), Wide, None);

        Assert.Equal(0, await Store.PurgeAsync(Patient, None));
        Assert.Equal(1, await Store.PurgeAsync(Patient with { MaxResults = 2 }, None));
        Assert.Null(await Store.FindAsync(new CallId("c-1"), None));
        Assert.Equal(1, await Store.PurgeAsync(Patient with { MaxResultBytes = 3 }, None));
        Assert.Null(await Store.FindAsync(new CallId("c-2"), None));
        await _stores.ElapseAsync(1.5 * Minute);
        Assert.Equal(1, await Store.PurgeAsync(Patient, None));
        await _stores.ElapseAsync(Minute);
        Assert.Equal(1, await Store.PurgeAsync(Patient, None));
        Assert.Equal(new QueueCounts(1, 10, 0, 0), await Store.CountAsync(None));
    }

    [Fact]
    public async Task Parallel_holders_share_the_calls_and_never_the_same_one()
    {
        var ids = Enumerable.Range(0, 120).Select(i => $"c-{i}").ToList();
        await Task.WhenAll(ids.Select(id => Store.EnqueueAsync(Sample.Call(id), Wide, None)));

        var leased = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new List<string>();

            while (await Store.LeaseAsync(7, Minute, None) is { Count: > 0 } calls)
            {
                mine.AddRange(calls.Select(call => call.Request.Id.Value));
            }

            return mine;
        })));

        Assert.Equal(ids.Order(StringComparer.Ordinal), leased.SelectMany(mine => mine).Order(StringComparer.Ordinal));
    }

    private async Task<AsyncCall> EnqueueAndLeaseAsync(string id)
    {
        Assert.Equal(EnqueueOutcome.Accepted, await Store.EnqueueAsync(Sample.Call(id), Wide, None));
        return Assert.Single(await Store.LeaseAsync(10, Minute, None));
    }

    private static CallSettlement Completed() => new() { Phase = CallPhase.Completed, Result = Sample.Result() };

    private static CallSettlement Dead(CallPhase givenUp) =>
        new() { Phase = CallPhase.Dead, Result = Sample.Result(503), Error = "given up", GivenUp = givenUp };

    private static void AssertSame(AsyncRequest expected, AsyncRequest actual)
    {
        Assert.Equal(expected with { Headers = actual.Headers, Body = actual.Body }, actual);
        Assert.Equal(expected.Headers, actual.Headers);
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
    }
}
