using System.Collections.Frozen;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Placement;
using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Policies.Tests.Placement;

public sealed class PlacementPolicyTests
{
    private static readonly Digest Backbone = Digest.OfBytes("backbone"u8);
    private static readonly Digest Adapter = Digest.OfBytes("adapter"u8);

    [Fact]
    public void Warm_adapter_beats_an_emptier_queue()
    {
        var decision = PlacementPolicy.Decide(
            Request(("busy", StorageTier.Device)), [Worker("busy") with { Running = 4, Queued = 2 }, Worker("idle")]);

        Assert.Equal("busy", Assert.IsType<PlacementDecision.On>(decision).Worker.Value);
    }

    [Fact]
    public void A_long_queue_costs_more_than_a_load_elsewhere()
    {
        var decision = PlacementPolicy.Decide(
            Request(("busy", StorageTier.Device), ("idle", StorageTier.Host)), [Worker("busy") with { Running = 32, Queued = 40 }, Worker("idle")]);

        Assert.Equal("idle", Assert.IsType<PlacementDecision.On>(decision).Worker.Value);
    }

    [Theory]
    [InlineData(StorageTier.Device, StorageTier.Host)]
    [InlineData(StorageTier.Host, StorageTier.Disk)]
    [InlineData(StorageTier.Disk, StorageTier.Remote)]
    public void A_nearer_tier_wins_among_equals(StorageTier nearer, StorageTier farther)
    {
        var decision = PlacementPolicy.Decide(Request(("a", farther), ("b", nearer)), [Worker("a"), Worker("b")]);

        var on = Assert.IsType<PlacementDecision.On>(decision);
        Assert.Equal("b", on.Worker.Value);
        Assert.Equal(nearer, on.Tier);
    }

    [Fact]
    public void A_worker_that_has_packed_the_backbone_wins_over_one_that_has_not()
    {
        var decision = PlacementPolicy.Decide(
            Request(), [Worker("cold") with { Backbones = FrozenSet<Digest>.Empty }, Worker("packed") with { Queued = 20 }]);

        Assert.Equal("packed", Assert.IsType<PlacementDecision.On>(decision).Worker.Value);
    }

    [Fact]
    public void Room_without_eviction_wins_among_equals()
    {
        var request = Request() with { AdapterBytes = ByteSize.FromMebibytes(64) };
        var decision = PlacementPolicy.Decide(
            request, [Worker("full") with { FreeDeviceBytes = ByteSize.FromMebibytes(1) }, Worker("roomy")]);

        Assert.Equal("roomy", Assert.IsType<PlacementDecision.On>(decision).Worker.Value);
    }

    [Fact]
    public void Workers_that_cannot_serve_are_refused_by_name()
    {
        var request = Request(("far", StorageTier.Disk)) with
        {
            MinimumTier = StorageTier.Host,
            AdapterBytes = ByteSize.FromMebibytes(64),
            Excluded = new[] { new WorkerId("failed") }.ToFrozenSet(),
        };

        var decision = PlacementPolicy.Decide(
            request,
            [
                Worker("lost") with { Alive = false },
                Worker("leaving") with { Draining = true },
                Worker("failed"),
                Worker("blind") with { UnreadableBackbones = new[] { Backbone }.ToFrozenSet() },
                Worker("small") with { DeviceBytes = ByteSize.FromMebibytes(8) },
                Worker("far"),
            ]);

        var nowhere = Assert.IsType<PlacementDecision.Nowhere>(decision);
        Assert.Equal(
            [
                PlacementFilter.Lost, PlacementFilter.Draining, PlacementFilter.Excluded, PlacementFilter.BackboneUnreadable,
                PlacementFilter.DeviceTooSmall, PlacementFilter.TooFar,
            ],
            nowhere.Refusals.Select(refusal => refusal.Filter));
        Assert.Contains("leaving is draining", nowhere.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_workers_is_said_in_words()
    {
        Assert.Equal("no worker is known", PlacementPolicy.Decide(Request(), []).Reason);
    }

    [Fact]
    public void A_bare_backbone_is_as_near_as_can_be_where_it_is_packed()
    {
        var request = Request() with { Adapter = null, MinimumTier = StorageTier.Host };
        var decision = PlacementPolicy.Decide(request, [Worker("cold") with { Backbones = FrozenSet<Digest>.Empty }, Worker("packed")]);

        Assert.Equal(StorageTier.Device, Assert.IsType<PlacementDecision.On>(decision).Tier);
    }

    [Fact]
    public void The_decision_does_not_depend_on_the_order_of_workers()
    {
        var random = new Random(7);

        for (var round = 0; round < 500; round++)
        {
            var (request, workers) = RandomCase(random);
            var shuffled = workers.ToArray();
            random.Shuffle(shuffled);

            Assert.Equal(Chosen(PlacementPolicy.Decide(request, workers)), Chosen(PlacementPolicy.Decide(request, shuffled)));
        }
    }

    [Fact]
    public void The_chosen_worker_passes_every_filter_and_none_is_cheaper()
    {
        var random = new Random(11);

        for (var round = 0; round < 500; round++)
        {
            var (request, workers) = RandomCase(random);
            var open = workers.Where(worker => PlacementFilters.Apply(request, worker, PlacementPolicy.TierAt(request, worker)) is PlacementFilter.None).ToList();

            if (PlacementPolicy.Decide(request, workers) is not PlacementDecision.On on)
            {
                Assert.Empty(open);
                continue;
            }

            Assert.Contains(open, worker => worker.Id == on.Worker);
            Assert.Equal(open.Count, on.Candidates);
            Assert.All(open, worker => Assert.True(
                on.Cost.TotalMs <= PlacementScorers.Cost(request, worker, PlacementPolicy.TierAt(request, worker)).TotalMs));
        }
    }

    [Fact]
    public void Cold_functions_spread_over_equal_workers()
    {
        var workers = Enumerable.Range(0, 8).Select(i => Worker($"worker-{i}")).ToList();
        var load = Enumerable.Range(0, 800)
            .Select(i => PlacementPolicy.Decide(Request() with { Function = Function($"f{i}") }, workers))
            .GroupBy(Chosen)
            .ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal(8, load.Count);
        Assert.All(load.Values, count => Assert.InRange(count, 50, 150));
    }

    [Fact]
    public void Callers_with_the_same_old_figures_do_not_herd_at_one_worker()
    {
        // Forty callers saw the same idle eight workers long ago; none sees what the others send.
        var workers = Enumerable.Range(0, 8).Select(index => Worker($"w{index}") with { LoadAge = PlacementPolicy.StaleAfter * 4 }).ToList();
        var random = new Random(1);
        var taken = Enumerable.Range(0, 400).Select(_ => Chosen(PlacementPolicy.Decide(Request() with { Draw = (uint)random.NextInt64(1L << 32) }, workers))).CountBy(worker => worker).ToDictionary();
        var herd = Enumerable.Range(0, 400).Select(_ => Chosen(PlacementPolicy.Decide(Request(), workers))).Distinct();

        Assert.Single(herd);
        Assert.True(taken.Count >= 7, $"{taken.Count} workers");
        Assert.True(taken.Values.Max() <= 2.5 * 400 / 8, string.Join(", ", taken));
    }

    [Fact]
    public void Of_two_that_are_drawn_the_less_loaded_is_taken_and_the_busiest_of_all_by_nobody()
    {
        var workers = Enumerable.Range(0, 5).Select(index => Worker($"w{index}") with { Running = index == 3 ? 9 : 1, LoadAge = TimeSpan.FromSeconds(1) }).ToList();

        for (var draw = 0u; draw < 500; draw++)
        {
            Assert.NotEqual("w3", Chosen(PlacementPolicy.Decide(Request() with { Draw = draw * 2654435761 }, workers)));
        }
    }

    [Fact]
    public void Figures_that_are_fresh_are_believed_whatever_is_drawn()
    {
        var workers = Enumerable.Range(0, 5).Select(index => Worker($"w{index}") with { Queued = index == 2 ? 0 : 1 }).ToList();

        for (var draw = 0u; draw < 100; draw++)
        {
            Assert.Equal("w2", Chosen(PlacementPolicy.Decide(Request() with { Draw = draw * 2654435761 }, workers)));
        }
    }

    [Fact]
    public void A_draw_that_would_be_late_gives_way_to_a_worker_that_is_in_time()
    {
        var workers = Enumerable.Range(0, 6).Select(index => Worker($"w{index}") with { Queued = index == 4 ? 1 : 20, LoadAge = TimeSpan.FromSeconds(1) }).ToList();
        var request = Request([.. workers.Select(worker => (worker.Id.Value, StorageTier.Device))]) with { TimeLeft = TimeSpan.FromMilliseconds(50) };

        for (var draw = 0u; draw < 100; draw++)
        {
            Assert.Equal("w4", Chosen(PlacementPolicy.Decide(request with { Draw = draw * 2654435761 }, workers)));
        }
    }

    private static (PlacementRequest Request, List<WorkerSnapshot> Workers) RandomCase(Random random)
    {
        var workers = Enumerable.Range(0, random.Next(0, 9)).Select(i => Worker($"w{i}") with
        {
            Alive = random.Next(8) > 0,
            Draining = random.Next(8) == 0,
            Running = random.Next(20),
            Queued = random.Next(20),
            FreeDeviceBytes = ByteSize.FromMebibytes(random.Next(128)),
            Backbones = random.Next(4) > 0 ? new[] { Backbone }.ToFrozenSet() : FrozenSet<Digest>.Empty,
        }).ToList();

        var request = Request([.. workers.Where(_ => random.Next(2) == 0).Select(worker => (worker.Id.Value, (StorageTier)random.Next(4)))]) with
        {
            AdapterBytes = ByteSize.FromMebibytes(random.Next(200)),
            MinimumTier = (StorageTier)random.Next(4),
            Adapter = random.Next(5) == 0 ? null : Adapter,
        };

        return (request, workers);
    }

    private static string Chosen(PlacementDecision decision) => decision is PlacementDecision.On on ? on.Worker.Value : "";

    private static PlacementRequest Request(params (string Worker, StorageTier Tier)[] tiers) => new()
    {
        Function = Function("sentiment"),
        Backbone = Backbone,
        Adapter = Adapter,
        AdapterBytes = ByteSize.FromMebibytes(1),
        AdapterTiers = tiers.ToFrozenDictionary(pair => new WorkerId(pair.Worker), pair => pair.Tier),
    };

    private static FunctionId Function(string name) => new(NamespaceName.Default, new FunctionName(name));

    private static WorkerSnapshot Worker(string id) => new()
    {
        Id = new WorkerId(id),
        DeviceBytes = ByteSize.FromMebibytes(256),
        FreeDeviceBytes = ByteSize.FromMebibytes(128),
        Backbones = new[] { Backbone }.ToFrozenSet(),
    };
}
