using LoraFaaS.Contracts.Units;
using LoraFaaS.Storage.Tests.Fixtures;

namespace LoraFaaS.Storage.Tests.Ports;

/// <summary>What every usage store does.</summary>
public abstract class UsageStoreTests(IDurableFixture fixture) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly WorkerId Worker = new("w-1");
    private static readonly WorkerId Other = new("w-2");
    private static readonly DateTimeOffset Midnight = new(2031, 5, 6, 0, 0, 0, TimeSpan.Zero);

    private DurableStores _stores = null!;

    private IUsageStore Store => _stores.Usage;

    public async ValueTask InitializeAsync() => _stores = await fixture.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Record_sent_twice_counts_once()
    {
        Assert.Equal(2, await AddedAsync(Worker, [Sample.Usage(1), Sample.Usage(2)], None));
        Assert.Equal(1, await AddedAsync(Worker, [Sample.Usage(2), Sample.Usage(3), Sample.Usage(3)], None));
        Assert.Equal(0, await AddedAsync(Worker, [Sample.Usage(1)], None));
        Assert.Equal(0, await AddedAsync(Worker, [], None));

        Assert.Equal(new UsageSum(Sample.Id("sql"), 3, 30, 60, 0.75, 1.5), Assert.Single(await Store.SumAsync(Midnight, Midnight.AddDays(1), None)));
    }

    [Fact]
    public async Task Invocations_are_counted_by_the_minute_of_one_function_or_of_all()
    {
        var first = Midnight.AddMinutes(30);
        await Store.AppendAsync(
            Worker,
            [
                Sample.Usage(1) with { Outcome = "ok", StartedAt = first.AddSeconds(59), TtftMs = 12.5 },
                Sample.Usage(2) with { Outcome = "ok", StartedAt = first.AddSeconds(60), TtftMs = 1, AdapterTier = StorageTier.Disk },
                Sample.Usage(3) with { Outcome = "deadline_exceeded", StartedAt = first.AddSeconds(119), TtftMs = 60_000 },
                Sample.Usage(4, "other") with { Outcome = "ok", StartedAt = first.AddSeconds(61), TtftMs = 60_000 },
            ],
            None);
        await Store.AppendAsync(Worker, [Sample.Usage(2) with { Outcome = "ok", StartedAt = first.AddSeconds(60) }], None);

        var one = await Store.ServedAsync(Sample.Id("sql"), first, first.AddMinutes(1), None);
        Assert.Equal([first, first.AddMinutes(1)], one.Select(minute => minute.Minute));
        Assert.Equal((1L, 0L, 0L, 20L), Numbers(one[0].Sum));
        Assert.Equal((2L, 1L, 1L, 40L), Numbers(one[1].Sum));
        Assert.Equal(1, one[0].Sum.Ttft[TtftScale.BucketOf(12.5)]);
        Assert.Equal(1, one[1].Sum.Ttft.Sum());
        Assert.Equal(1, one[1].Sum.Ttft[1]);

        var all = await Store.ServedAsync(null, first.AddMinutes(1), first.AddHours(1), None);
        Assert.Equal((3L, 1L, 1L, 60L), Numbers(Assert.Single(all).Sum));
        Assert.Equal(1, all[0].Sum.Ttft[^1]);
        Assert.Empty(await Store.ServedAsync(Sample.Id("none"), first, first.AddHours(1), None));
    }

    [Fact]
    public async Task Where_prompts_beginnings_were_found_is_counted_and_a_later_try_takes_its_place()
    {
        var minute = Midnight.AddMinutes(30);
        UsageRecord Found(ulong number, StorageTier? tier, long bytes = 0) =>
            Sample.Usage(number) with { StartedAt = minute, PrefixTier = tier, PrefixBytes = bytes, BackboneTier = StorageTier.Host, SandboxWarm = tier is not null, Key = $"k-{number}", Try = 1 };

        await Store.AppendAsync(
            Worker,
            [Found(1, StorageTier.Device), Found(2, StorageTier.Host, 7), Found(3, StorageTier.Disk, 20), Found(4, StorageTier.Disk, 30), Found(5, StorageTier.Remote), Found(6, null)],
            None);
        Assert.Equal(new ServedPrefixes(1, 1, 2, 57), Assert.Single(await Store.ServedAsync(null, minute, minute, None)).Sum.Prefixes);

        await Store.AppendAsync(new WorkerId("w-2"), [Found(4, StorageTier.Host, 5) with { Try = 2 }], None);
        Assert.Equal(new ServedPrefixes(1, 2, 1, 32), Assert.Single(await Store.ServedAsync(Sample.Id("sql"), minute, minute, None)).Sum.Prefixes);
    }

    [Fact]
    public async Task Numbers_of_two_workers_are_two_numbers()
    {
        await Store.AppendAsync(Worker, [Sample.Usage(1)], None);

        Assert.Equal(1, await AddedAsync(new WorkerId("w-2"), [Sample.Usage(1)], None));
    }

    [Fact]
    public async Task Records_may_come_out_of_order_and_with_gaps()
    {
        Assert.Equal(1, await AddedAsync(Worker, [Sample.Usage(5)], None));
        Assert.Equal(2, await AddedAsync(Worker, [Sample.Usage(9), Sample.Usage(3)], None));
        Assert.Equal(2, await AddedAsync(Worker, [Sample.Usage(4), Sample.Usage(5), Sample.Usage(6)], None));
        Assert.Equal(0, await AddedAsync(Worker, [Sample.Usage(3), Sample.Usage(4), Sample.Usage(6), Sample.Usage(9)], None));
        Assert.Equal(3, await AddedAsync(Worker, [Sample.Usage(7), Sample.Usage(8), Sample.Usage(10)], None));
    }

    [Fact]
    public async Task Parallel_deliveries_of_the_same_records_count_once()
    {
        var records = Enumerable.Range(1, 50).Select(i => Sample.Usage((ulong)i)).ToList();

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => AddedAsync(Worker, records, None))));

        Assert.Equal(50, added.Sum());
        Assert.Equal(50, Assert.Single(await Store.SumAsync(Midnight, Midnight.AddDays(1), None)).Invocations);
    }

    [Fact]
    public async Task Sums_are_by_function_and_whole_hours()
    {
        await Store.AppendAsync(
            Worker,
            [Sample.Usage(1, "b", hour: 0), Sample.Usage(2, "a", hour: 1), Sample.Usage(3, "a", hour: 2), Sample.Usage(4, "a", hour: 3)],
            None);

        Assert.Equal([("a", 3L), ("b", 1L)], await CountsAsync(0, 4));
        Assert.Equal([("a", 1L)], await CountsAsync(1, 2));

        // Both ends are widened to the hours they touch.
        Assert.Equal([("a", 2L)], await CountsAsync(1.9, 2.1));
        Assert.Empty(await CountsAsync(10, 20));
    }

    [Fact]
    public async Task What_was_folded_is_in_the_sums_and_known_when_it_is_sent_again()
    {
        List<UsageRecord> old = [Sample.Usage(1, "a", hour: 1), Sample.Usage(2, "a", hour: 23), Sample.Usage(4, "b", hour: 2), Sample.Usage(5, "a", hour: 26)];
        await Store.AppendAsync(Worker, old, None);
        await Store.AppendAsync(new WorkerId("w-2"), [Sample.Usage(3, "a", hour: 3)], None);
        var before = await Store.SumAsync(Midnight, Midnight.AddDays(2), None);

        await Store.FoldAsync(DateOnly.FromDateTime(Midnight.UtcDateTime).AddDays(1), None);
        await Store.FoldAsync(DateOnly.FromDateTime(Midnight.UtcDateTime).AddDays(1), None);

        Assert.Equal(before, await Store.SumAsync(Midnight, Midnight.AddDays(2), None));
        Assert.Equal(0, await AddedAsync(Worker, old, None));
        Assert.Equal(1, await AddedAsync(Worker, [Sample.Usage(3, "a", hour: 3)], None));
        Assert.Equal([("a", 5L), ("b", 1L)], await CountsAsync(0, 48));

        // A late one joins the day that is there.
        await Store.FoldAsync(DateOnly.FromDateTime(Midnight.UtcDateTime).AddDays(2), None);
        Assert.Equal([("a", 5L), ("b", 1L)], await CountsAsync(0, 48));
        Assert.Equal(0, await AddedAsync(Worker, [.. old, Sample.Usage(3, "a", hour: 3)], None));
    }

    [Fact]
    public async Task Deliveries_beside_a_fold_are_counted_once()
    {
        var records = Enumerable.Range(1, 40).Select(i => Sample.Usage((ulong)i, "a", hour: i % 24)).ToList();
        var folding = Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await Store.FoldAsync(DateOnly.FromDateTime(Midnight.UtcDateTime).AddDays(1), None);
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.AppendAsync(Worker, records, None))));
        await folding;

        Assert.Equal([("a", 40L)], await CountsAsync(0, 24));
    }

    [Fact]
    public async Task Two_workers_records_of_one_generation_are_one_call_and_the_later_try_stands()
    {
        var begun = Midnight.AddMinutes(30);
        var first = Sample.Usage(7, tokens: 4) with { Key = "k-1", Try = 1, Outcome = "draining", StartedAt = begun };
        var second = Sample.Usage(3, tokens: 10) with { Key = "k-1", Try = 2, Outcome = "ok", StartedAt = begun.AddHours(1) };

        Assert.Equal(1, await AddedAsync(Worker, [first], None));
        Assert.Equal(0, await AddedAsync(Other, [second], None));

        Assert.Equal(new UsageSum(Sample.Id("sql"), 1, 10, 20, 0.25, 0.5), Assert.Single(await Store.SumAsync(Midnight, Midnight.AddDays(1), None)));
        Assert.Equal((1L, 0L, 0L, 20L), Numbers(Assert.Single(await Store.ServedAsync(null, Midnight, Midnight.AddDays(1), None)).Sum));
        Assert.Empty(await Store.SumAsync(Midnight, Midnight.AddHours(1), None));

        // Whatever is sent again, by whom ever.
        Assert.Equal(0, await AddedAsync(Worker, [first], None));
        Assert.Equal(0, await AddedAsync(Other, [second, second], None));
        Assert.Equal([("sql", 1L)], await CountsAsync(0, 24));
    }

    [Fact]
    public async Task An_earlier_try_that_is_reported_later_is_passed_over()
    {
        var first = Sample.Usage(7, tokens: 4) with { Key = "k-1", Try = 1, Outcome = "ok" };
        var second = Sample.Usage(3, "a", tokens: 10) with { Key = "k-1", Try = 2, Outcome = "ok" };

        Assert.Equal(1, await AddedAsync(Other, [second], None));
        Assert.Equal([], await Store.AppendAsync(Worker, [first], None));

        // Its number is known, and what follows it is counted.
        var fresh = await Store.AppendAsync(Worker, [first, Sample.Usage(8) with { Key = "k-2", Try = 1 }], None);
        Assert.Equal(8UL, Assert.Single(fresh).Sequence);
        Assert.Equal([("a", 1L), ("sql", 1L)], await CountsAsync(0, 24));
    }

    [Fact]
    public async Task Tries_of_one_generation_in_one_delivery_are_one_call()
    {
        List<UsageRecord> records =
        [
            .. Enumerable.Range(1, 6).Select(i => Sample.Usage((ulong)i, tokens: i) with { Key = "same", Try = i }),
            Sample.Usage(7, tokens: 100) with { Key = "same", Try = 2 },
            Sample.Usage(8, tokens: 1) with { Key = "other", Try = 1 },
        ];

        Assert.Equal(2, await AddedAsync(Worker, records, None));
        Assert.Equal(0, await AddedAsync(Worker, records, None));

        var sum = Assert.Single(await Store.SumAsync(Midnight, Midnight.AddDays(1), None));
        Assert.Equal((2L, 7L), (sum.Invocations, sum.PromptTokens));
    }

    [Fact]
    public async Task Parallel_deliveries_of_many_workers_count_each_generation_once()
    {
        const int Workers = 6, Generations = 40;

        // Each worker meets the generations in another order, and has another try of each.
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var records = Enumerable.Range(0, Generations).OrderBy(i => (i * 7 * (worker + 1)) % Generations)
                .Select((i, at) => Sample.Usage((ulong)at + 1, tokens: worker + 1) with { Key = $"g-{i}", Try = worker + 1 }).ToList();

            foreach (var part in records.Chunk(9))
            {
                await Store.AppendAsync(new WorkerId($"p-{worker}"), part, None);
            }
        })));

        var sum = Assert.Single(await Store.SumAsync(Midnight, Midnight.AddDays(1), None));
        Assert.Equal((Generations, Generations * Workers), (sum.Invocations, sum.PromptTokens));
    }

    [Fact]
    public async Task What_was_sent_before_keys_were_known_is_known_when_it_is_sent_with_one()
    {
        Assert.Equal(1, await AddedAsync(Worker, [Sample.Usage(1)], None));

        Assert.Equal(1, await AddedAsync(Worker, [Sample.Usage(1) with { Key = "k-1", Try = 1 }, Sample.Usage(2) with { Key = "k-2", Try = 1 }], None));
    }

    private async Task<int> AddedAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken) =>
        (await Store.AppendAsync(worker, records, cancellationToken)).Count;

    private async Task<List<(string, long)>> CountsAsync(double fromHour, double toHour) =>
        [.. (await Store.SumAsync(Midnight.AddHours(fromHour), Midnight.AddHours(toHour), None)).Select(sum => (sum.Function.Name.Value, sum.Invocations))];

    private static (long Calls, long Failed, long Cold, long Tokens) Numbers(ServedSum sum) => (sum.Calls, sum.Failed, sum.Cold, sum.CompletionTokens);
}
