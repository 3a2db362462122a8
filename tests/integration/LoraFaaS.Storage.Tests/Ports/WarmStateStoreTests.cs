using LoraFaaS.Policies.Admission;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every warm state does.</summary>
public abstract class WarmStateStoreTests(IWarmFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private WarmStores _stores = null!;

    private IWarmStateStore Store => _stores.First;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Workers_are_listed_by_id_with_their_newest_state_to_every_controller()
    {
        await Store.PutWorkerAsync(Sample.Worker("w-2"), Long, None);
        await Store.PutWorkerAsync(Sample.Worker("w-10"), Long, None);
        await Store.PutWorkerAsync(Sample.Worker("w-2", running: 9), Long, None);

        var workers = await _stores.Second.ListWorkersAsync(None);

        Assert.Equal(["w-10", "w-2"], workers.Select(worker => worker.Id.Value));
        Same.As(Sample.Worker("w-2", running: 9), workers[1]);
    }

    [Fact]
    public async Task Worker_without_heartbeats_is_forgotten()
    {
        var timeToLive = TimeSpan.FromMilliseconds(50);
        await Store.PutWorkerAsync(Sample.Worker("w-1"), timeToLive, None);
        await Store.PutWorkerAsync(Sample.Worker("w-2"), Long, None);
        _stores.Elapse(timeToLive);

        await Patience.UntilAsync(async token => (await Store.ListWorkersAsync(token)).Count == 1);

        Assert.Equal("w-2", Assert.Single(await Store.ListWorkersAsync(None)).Id.Value);
        await Store.PutWorkerAsync(Sample.Worker("w-1"), Long, None);
        Assert.Equal(2, (await Store.ListWorkersAsync(None)).Count);
    }

    [Fact]
    public async Task Removed_worker_is_gone()
    {
        await Store.PutWorkerAsync(Sample.Worker("w-1"), Long, None);

        await Store.RemoveWorkerAsync(new WorkerId("w-1"), None);
        await Store.RemoveWorkerAsync(new WorkerId("w-1"), None);

        Assert.Empty(await Store.ListWorkersAsync(None));
    }

    [Fact]
    public async Task Invocations_add_up_over_controllers()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => (i % 2 == 0 ? Store : _stores.Second).AddInvocationsAsync(Sample.Id("sql"), 3, None))));
        await Store.AddInvocationsAsync(Sample.Id("sql", "team"), 1, None);

        var counts = await Store.GetInvocationsAsync(None);

        Assert.Equal(2, counts.Count);
        Assert.Equal(60, counts[Sample.Id("sql")]);
        Assert.Equal(1, counts[Sample.Id("sql", "team")]);
    }

    [Fact]
    public async Task Arrivals_add_up_over_controllers_and_apart_from_invocations()
    {
        await Store.AddArrivalsAsync(new Dictionary<FunctionId, long>(), None);
        Assert.Empty(await Store.GetArrivalsAsync(None));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? Store : _stores.Second).AddArrivalsAsync(
            new Dictionary<FunctionId, long> { [Sample.Id("sql")] = 2, [Sample.Id("sql", "team")] = 1 }, None))));

        var counts = await Store.GetArrivalsAsync(None);
        Assert.Equal(2, counts.Count);
        Assert.Equal(40, counts[Sample.Id("sql")]);
        Assert.Equal(20, counts[Sample.Id("sql", "team")]);
        Assert.Empty(await Store.GetInvocationsAsync(None));
    }

    [Fact]
    public async Task Uses_of_keys_add_up_over_controllers_and_only_those_asked_for_are_told()
    {
        var (one, other) = (new ApiKeyId("key-1"), new ApiKeyId("key-2"));
        Assert.Empty(await Store.AddKeyUsesAsync(new Dictionary<ApiKeyId, KeyUse>(), None));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? Store : _stores.Second).AddKeyUsesAsync(
            new Dictionary<ApiKeyId, KeyUse> { [one] = new(1, 30), [other] = new(0, 5) }, None))));

        Assert.Equal(new KeyUse(20, 600), Assert.Single(await Store.AddKeyUsesAsync(new Dictionary<ApiKeyId, KeyUse> { [one] = default }, None)).Value);
        Assert.Equal(new KeyUse(1, 100), (await _stores.Second.AddKeyUsesAsync(new Dictionary<ApiKeyId, KeyUse> { [other] = new(1, 0) }, None))[other]);
    }

    [Fact]
    public async Task Places_of_a_key_are_lent_by_all_controllers_from_one_book_until_they_lapse()
    {
        var (key, soon) = (new ApiKeyId("key-1"), TimeSpan.FromMilliseconds(50));
        Assert.Empty(await Store.LeaseKeyPlacesAsync("g1", new Dictionary<ApiKeyId, KeyPlaceClaim>(), soon, None));

        // A book that was just begun may follow one that was lost: it confirms, and lends nothing.
        Assert.Equal(new KeyPlaceGrant(0, false, true), await LeaseAsync(Store, "g1", new KeyPlaceClaim(1, 0, 0, 1, 4), soon));
        var number = 1L;
        _stores.Elapse(soon);
        await Patience.UntilAsync(async _ => await LeaseAsync(Store, "g1", new KeyPlaceClaim(++number, 0, 0, 3, 4), Long) is { Granted: 3, MayAskAgain: false });

        Assert.Equal(new KeyPlaceGrant(1, true, true), await LeaseAsync(_stores.Second, "g2", new KeyPlaceClaim(1, 0, 0, 2, 4), Long));
        Assert.Equal(new KeyPlaceGrant(3, true, false), await LeaseAsync(_stores.Second, "g1", new KeyPlaceClaim(number + 2, 3, 3, 3, 4), Long));
        Assert.Equal(new KeyPlaceGrant(1, true, false), await LeaseAsync(Store, "g2", new KeyPlaceClaim(2, 1, 1, 2, 4), Long));

        // Nobody has to give back what others can have anyway.
        Assert.Equal(new KeyPlaceGrant(1, false, false), await LeaseAsync(Store, "g2", new KeyPlaceClaim(3, 1, 1, 1, 5), Long));

        // What comes late changes nothing: the claim before it said that all three are in use.
        Assert.Equal(1, (await LeaseAsync(Store, "g1", new KeyPlaceClaim(number + 1, 0, 3, 1, 4), Long)).Granted);
        Assert.Equal(1, (await LeaseAsync(Store, "g2", new KeyPlaceClaim(4, 1, 1, 4, 4), Long)).Granted);

        // Given back, and lent to the other.
        Assert.Equal(0, (await LeaseAsync(Store, "g1", new KeyPlaceClaim(number + 3, 0, 3, 0, 4), Long)).Granted);
        Assert.Equal(new KeyPlaceGrant(4, true, false), await LeaseAsync(Store, "g2", new KeyPlaceClaim(5, 1, 1, 4, 4), soon));

        // Its holder is gone without a word.
        number += 3;
        _stores.Elapse(soon);
        await Patience.UntilAsync(async _ => await LeaseAsync(Store, "g1", new KeyPlaceClaim(++number, 0, 0, 4, 4), Long) is { Granted: 4 });

        async Task<KeyPlaceGrant> LeaseAsync(IWarmStateStore store, string gateway, KeyPlaceClaim claim, TimeSpan lasts) =>
            (await store.LeaseKeyPlacesAsync(gateway, new Dictionary<ApiKeyId, KeyPlaceClaim> { [key] = claim, [new("key-2")] = claim with { Wanted = 0 } }, lasts, None))[key];
    }

    [Fact]
    public async Task Two_controllers_that_lend_at_once_lend_no_place_twice()
    {
        var (key, soon) = (new ApiKeyId("key-1"), TimeSpan.FromMilliseconds(1));
        var number = 0L;
        await LeaseAsync(Store, "g", 0, soon);
        _stores.Elapse(soon);
        await Patience.UntilAsync(async _ => (await LeaseAsync(Store, "g", 1, Long)).Granted == 1);
        await LeaseAsync(Store, "g", 0, Long);

        var granted = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => LeaseAsync(i % 2 == 0 ? Store : _stores.Second, $"g{i}", 2, Long))));

        Assert.Equal(10, granted.Sum(grant => grant.Granted));

        async Task<KeyPlaceGrant> LeaseAsync(IWarmStateStore store, string gateway, int wanted, TimeSpan lasts) =>
            (await store.LeaseKeyPlacesAsync(gateway, new Dictionary<ApiKeyId, KeyPlaceClaim> { [key] = new(Interlocked.Increment(ref number), 0, 0, wanted, 10) }, lasts, None))[key];
    }

    [Fact]
    public async Task Log_keeps_its_newest_thousand_lines_in_order()
    {
        var function = Sample.Id("sql");
        await Store.AppendLogAsync(function, [.. Enumerable.Range(0, 700).Select(i => Sample.Line("sql", i))], None);
        await Store.AppendLogAsync(function, [.. Enumerable.Range(700, 700).Select(i => Sample.Line("sql", i))], None);

        var all = await Store.ReadLogAsync(function, 5_000, None);
        var few = await _stores.Second.ReadLogAsync(function, 2, None);

        Assert.Equal(Enumerable.Range(400, 1_000).Select(i => $"line {i}"), all.Select(line => line.Text));
        Assert.Equal(["line 1398", "line 1399"], few.Select(line => line.Text));
        Same.As(Sample.Line("sql", 1_399), few[1]);
    }

    [Fact]
    public async Task Log_of_more_lines_at_once_keeps_the_newest()
    {
        await Store.AppendLogAsync(Sample.Id("sql"), [.. Enumerable.Range(0, 3_000).Select(i => Sample.Line("sql", i))], None);

        Assert.Equal("line 2000", (await Store.ReadLogAsync(Sample.Id("sql"), 1_000, None))[0].Text);
    }

    [Fact]
    public async Task Unknown_log_is_empty() => Assert.Empty(await Store.ReadLogAsync(Sample.Id("nobody"), 10, None));

    [Fact]
    public async Task Watcher_begins_with_everything_and_misses_nothing_after()
    {
        WarmNotice[] sent =
        [
            new WarmNotice.Catalogue(),
            new WarmNotice.Worker(new WorkerId("w:1")),
            new WarmNotice.Log(Sample.Id("sql")),
            new WarmNotice.Everything(),
        ];
        await using var watch = _stores.Second.WatchAsync(None).GetAsyncEnumerator(None);

        Assert.Equal(new WarmNotice.Everything(), await NextAsync(watch));

        foreach (var notice in sent)
        {
            await Store.PublishAsync(notice, None);
        }

        foreach (var notice in sent)
        {
            Assert.Equal(notice, await NextAsync(watch));
        }
    }

    [Fact]
    public async Task Every_watcher_hears_every_notice()
    {
        await using var first = Store.WatchAsync(None).GetAsyncEnumerator(None);
        await using var second = Store.WatchAsync(None).GetAsyncEnumerator(None);
        await NextAsync(first);
        await NextAsync(second);

        await Store.PublishAsync(new WarmNotice.Catalogue(), None);

        Assert.Equal(new WarmNotice.Catalogue(), await NextAsync(first));
        Assert.Equal(new WarmNotice.Catalogue(), await NextAsync(second));
    }

    [Fact]
    public async Task Slow_watcher_loses_the_oldest_and_keeps_the_newest()
    {
        await using var watch = Store.WatchAsync(None).GetAsyncEnumerator(None);
        await NextAsync(watch);

        for (var i = 0; i < 3_000; i++)
        {
            await Store.PublishAsync(new WarmNotice.Worker(new WorkerId($"w-{i}")), None);
        }

        await Patience.ForAsync(Task.Run(async () =>
        {
            while (await NextAsync(watch) != new WarmNotice.Worker(new WorkerId("w-2999")))
            {
            }
        }));
    }

    [Fact]
    public async Task Watch_ends_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using var watch = Store.WatchAsync(cancel.Token).GetAsyncEnumerator(cancel.Token);
        await NextAsync(watch);

        var next = watch.MoveNextAsync().AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Patience.ForAsync(next));
    }

    private static async Task<WarmNotice> NextAsync(IAsyncEnumerator<WarmNotice> watch)
    {
        Assert.True(await Patience.ForAsync(watch.MoveNextAsync().AsTask()));
        return watch.Current;
    }
}
