using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;

namespace LoraFaaS.Controller.Tests.Routes;

public sealed class RouteChangeTests
{
    [Fact]
    public void Applying_every_change_gives_the_table_however_many_are_skipped()
    {
        var random = new Random(17);

        for (var round = 0; round < 100; round++)
        {
            var snapshot = Build(RouteSnapshot.Empty, [], [], []);
            var sent = snapshot;
            var follower = new Follower();
            follower.Apply(RouteChange.Whole(snapshot));

            for (var step = 0; step < 20; step++)
            {
                snapshot = Build(snapshot, RandomFunctions(random), [Facts.Backbone()], RandomWorkers(random));

                // A slow watcher passes some tables over.
                if (random.Next(3) > 0)
                {
                    follower.Apply(RouteChange.Between(sent, snapshot));
                    sent = snapshot;
                    follower.Check(snapshot);
                }
            }
        }
    }

    [Fact]
    public void An_unchanged_route_is_not_sent_again()
    {
        var functions = new[] { Facts.Function("a"), Facts.Function("b") };
        var first = Build(RouteSnapshot.Empty, functions, [], [Facts.Worker("w")]);
        var second = Build(first, functions, [], [Facts.Worker("w", Facts.Resident("a", StorageTier.Device))]);
        var change = RouteChange.Between(first, second);

        Assert.Equal("a", Assert.Single(change.Upserts).Id.Name.Value);
        Assert.Empty(change.Removals);
        Assert.Null(change.Workers);
    }

    [Fact]
    public void Only_host_and_device_are_placements()
    {
        var table = Build(
            RouteSnapshot.Empty,
            [Facts.Function("a")],
            [],
            [
                Facts.Worker("disk", Facts.Resident("a", StorageTier.Disk)),
                Facts.Worker("host", Facts.Resident("a", StorageTier.Host)),
                Facts.Worker("device", Facts.Resident("a", StorageTier.Disk), Facts.Resident("a", StorageTier.Device)),
            ]);

        Assert.Equal(
            [new RoutePlacement(new WorkerId("host"), StorageTier.Host), new RoutePlacement(new WorkerId("device"), StorageTier.Device)],
            table.Routes[Facts.Id("a")].Placements);
    }

    [Fact]
    public void Another_trust_domains_pages_are_no_placement()
    {
        var foreign = Facts.Resident("a", StorageTier.Device) with { TrustDomain = new TrustDomain("elsewhere") };
        var table = Build(RouteSnapshot.Empty, [Facts.Function("a")], [], [Facts.Worker("w", foreign)]);

        Assert.Empty(table.Routes[Facts.Id("a")].Placements);
    }

    [Fact]
    public void A_backbone_is_a_route_under_its_own_name_unless_a_function_has_it()
    {
        var alone = Build(RouteSnapshot.Empty, [], [Facts.Backbone()], [Facts.Worker("w", Facts.ResidentBackbone())]);
        var hidden = Build(alone, [Facts.Function("lory")], [Facts.Backbone()], []);

        var route = alone.Routes[Facts.Id("lory")];
        Assert.True(route.IsBackbone);
        Assert.Null(route.Revision.AdapterDigest);
        Assert.Equal(512, route.Revision.ContextLength);
        Assert.Single(route.Placements);
        Assert.False(hidden.Routes[Facts.Id("lory")].IsBackbone);
    }

    private static RouteSnapshot Build(
        RouteSnapshot previous, IReadOnlyList<FunctionRecord> functions, IReadOnlyList<BackboneRecord> backbones, IReadOnlyList<WorkerState> workers) =>
        RouteBuilder.Build(previous, functions, backbones, workers, Facts.Then, TimeSpan.Zero);

    private static List<FunctionRecord> RandomFunctions(Random random) =>
    [
        .. Enumerable.Range(0, 8).Where(_ => random.Next(4) > 0).Select(i => Facts.Function($"f{i}", adapter: $"a{random.Next(3)}", desired: random.Next(2))),
    ];

    private static List<WorkerState> RandomWorkers(Random random) =>
    [
        .. Enumerable.Range(0, 3).Where(_ => random.Next(5) > 0).Select(i =>
            Facts.Worker($"w{i}", [.. Enumerable.Range(0, 3).Where(_ => random.Next(2) == 0).Select(a => Facts.Resident($"a{a}", (StorageTier)random.Next(4)))])
                with { Queued = random.Next(2) }),
    ];

    /// <summary>What a gateway does with updates.</summary>
    private sealed class Follower
    {
        private readonly Dictionary<FunctionId, RouteEntry> _routes = [];
        private RouteWorker[] _workers = [];

        public void Apply(RouteChange change)
        {
            if (change.IsSnapshot)
            {
                _routes.Clear();
            }

            foreach (var entry in change.Upserts)
            {
                _routes[entry.Id] = entry;
            }

            foreach (var id in change.Removals)
            {
                Assert.True(_routes.Remove(id));
            }

            _workers = change.Workers is { } workers ? [.. workers] : _workers;
        }

        public void Check(RouteSnapshot table)
        {
            Assert.Equal(table.Routes.Count, _routes.Count);
            Assert.All(table.Routes, pair => Assert.Equal(pair.Value, _routes[pair.Key]));
            Assert.Equal(table.Workers, _workers);
        }
    }
}
