using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

public sealed class PreloadPlannerTests
{
    [Fact]
    public void Plans_come_near_the_optimum_of_600_exhaustively_solved_requests()
    {
        var shares = new List<double>();

        for (var seed = 0; shares.Count < 600; seed++)
        {
            var request = RandomPlans.Make(new Random(seed));
            var optimum = ExhaustivePlan.Optimum(request);

            if (optimum > 0)
            {
                shares.Add(PreloadPlanner.Plan(request).WorthMs / optimum);
            }
        }

        Assert.InRange(shares.Min(), 0.90, 1 + 1e-9);
        Assert.InRange(shares.Average(), 0.98, 1 + 1e-9);
        TestContext.Current.SendDiagnosticMessage($"mean {shares.Average():P2}, worst {shares.Min():P2}");
    }

    [Fact]
    public void No_plan_breaks_capacity_precedence_or_the_blank_pool()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var request = RandomPlans.Make(new Random(seed), mostFunctions: 12, resident: seed % 2 == 0);
            Audit.Check(request, PreloadPlanner.Plan(request));
        }
    }

    [Fact]
    public void The_same_request_gives_the_same_plan_and_never_less_than_nothing()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var first = PreloadPlanner.Plan(RandomPlans.Make(new Random(seed), mostFunctions: 12, resident: true));
            var second = PreloadPlanner.Plan(RandomPlans.Make(new Random(seed), mostFunctions: 12, resident: true));

            Assert.Equal(first.Entries.AsEnumerable(), second.Entries);
            Assert.True(first.WorthMs >= 0);
        }
    }

    [Fact]
    public void A_plan_that_was_carried_out_stands_while_the_forecast_only_trembles()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var request = RandomPlans.Make(random, mostFunctions: 10);
            var after = Audit.CarryOut(request, PreloadPlanner.Plan(request));
            var trembled = after with { Functions = [.. after.Functions.Select(function => function with { Probability = function.Probability * (0.97 + (0.06 * random.NextDouble())) })] };

            Assert.DoesNotContain(PreloadPlanner.Plan(trembled).Entries, entry => entry.Action is PreloadAction.Offload);
        }
    }

    [Fact]
    public void Nothing_is_brought_while_a_call_waits_and_what_was_begun_is_broken_off()
    {
        var request = RandomPlans.Make(new Random(7), mostFunctions: 8);
        var busy = request with { Workers = [.. request.Workers.Select(worker => worker with { HasLiveDemand = true })] };
        var plan = PreloadPlanner.Plan(busy);

        Assert.DoesNotContain(plan.Entries, entry => entry.Action is PreloadAction.Load);
        Assert.Contains(plan.Entries, entry => entry.Action is PreloadAction.Wait);
        Assert.Equal(Enumerable.Range(0, busy.Workers.Length), plan.CancelAt);
    }

    [Fact]
    public void A_links_budget_bounds_a_round_and_the_rest_comes_in_later_rounds()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var request = RandomPlans.Make(new Random(seed), mostFunctions: 10);
            request = request with { Workers = [.. request.Workers.Select(worker => worker with { DeviceLink = RandomPlans.Mi(100), Blanks = 9 })] };
            var wanted = PreloadPlanner.Plan(request with { Workers = [.. request.Workers.Select(worker => worker with { DeviceLink = new ByteSize(long.MaxValue) })] });
            var rounds = 0;
            var plan = PreloadPlanner.Plan(request);

            while (plan.Entries.Any(entry => entry.Action is PreloadAction.Wait))
            {
                foreach (var loads in plan.Entries.Where(entry => entry is { Action: PreloadAction.Load, Tier: StorageTier.Device, Kind: ArtifactKind.Adapter or ArtifactKind.Backbone }).GroupBy(entry => entry.Worker))
                {
                    // One larger than the budget may come alone.
                    Assert.True(loads.Count() == 1 || loads.Sum(load => load.Bytes.Bytes) <= RandomPlans.Mi(100).Bytes + loads.Max(load => load.Bytes.Bytes));
                }

                request = Audit.CarryOut(request, plan);
                plan = PreloadPlanner.Plan(request);
                Assert.True(++rounds < 60, $"seed {seed}: no end");
            }

            Assert.True(plan.WorthMs >= wanted.WorthMs * 0.7, $"seed {seed}: {plan.WorthMs} of {wanted.WorthMs}");
        }
    }

    [Fact]
    public void Every_link_of_a_worker_has_its_own_budget()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var request = RandomPlans.Make(new Random(seed), mostFunctions: 12);
            request = request with { Workers = [.. request.Workers.Select(worker => worker with { StoreLink = RandomPlans.Mi(150), DiskLink = RandomPlans.Mi(250), DeviceLink = RandomPlans.Mi(200), Blanks = 9 })] };
            var plan = PreloadPlanner.Plan(request);
            Audit.Check(request, plan);

            foreach (var loads in plan.Entries.Where(entry => entry is { Action: PreloadAction.Load, Kind: ArtifactKind.Adapter or ArtifactKind.Backbone }).GroupBy(entry => entry.Worker))
            {
                AssertWithin(150, loads.Where(load => load.From is StorageTier.Remote));
                AssertWithin(250, loads.Where(load => load.From <= StorageTier.Disk && load.Tier >= StorageTier.Host));
                AssertWithin(200, loads.Where(load => load.From <= StorageTier.Host && load.Tier is StorageTier.Device));
            }
        }

        // One larger than what is left may be the first of its round.
        static void AssertWithin(long mebibytes, IEnumerable<PreloadEntry> over)
        {
            var bytes = over.Select(load => load.Bytes.Bytes).ToList();
            Assert.True(bytes.Count <= 1 || bytes.Sum() <= RandomPlans.Mi(mebibytes).Bytes + bytes.Max());
        }
    }

    [Fact]
    public void Idle_bytes_stay_until_something_needs_them()
    {
        var request = RandomPlans.Make(new Random(3), mostFunctions: 4) with { };
        var roomy = request with
        {
            Workers = [.. request.Workers.Select(worker => worker with { Disk = RandomPlans.Mi(9_000), Host = RandomPlans.Mi(9_000), Device = RandomPlans.Mi(9_000), Blanks = 8 })],
            Functions = [.. request.Functions.Select(function => function with { Probability = 0, Residences = [new Residence(0, StorageTier.Host)] })],
        };

        Assert.DoesNotContain(PreloadPlanner.Plan(roomy).Entries, entry => entry.Action is PreloadAction.Offload);
    }

    /// <summary>The share that plans leave free is for calls, and calls make their own room.</summary>
    [Fact]
    public void More_than_plans_may_fill_stays_where_nothing_comes_for_its_bytes()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var request = Audit.CarryOut(RandomPlans.Make(new Random(seed), mostFunctions: 8), PreloadPlanner.Plan(RandomPlans.Make(new Random(seed), mostFunctions: 8)));
            var tighter = request with
            {
                Workers = [.. request.Workers.Select(worker => worker with { Host = new ByteSize(worker.Host.Bytes / 2), Device = new ByteSize(worker.Device.Bytes / 2), Blanks = 0 })],
            };
            var plan = PreloadPlanner.Plan(tighter);

            foreach (var worker in tighter.Workers)
            {
                var left = plan.Entries.Where(entry => entry.Action is PreloadAction.Offload && entry.Worker == worker.Id && entry.From is StorageTier.Device).ToList();
                var came = plan.Entries.Any(entry => entry.Action is PreloadAction.Load or PreloadAction.Wait && entry.Worker == worker.Id && entry.Tier is StorageTier.Device);
                Assert.True(came || left.Count == 0, $"seed {seed}: {left.FirstOrDefault()?.Reason}");
            }
        }
    }

    [Fact]
    public void Bytes_that_cost_more_than_they_save_are_let_go()
    {
        var request = RandomPlans.Make(new Random(3), mostFunctions: 4);
        var dear = request with
        {
            Limits = new PreloadLimits { MinMsPerGiB = 1e9 },
            Functions = [.. request.Functions.Select(function => function with { Residences = [new Residence(0, StorageTier.Host)] })],
        };
        var plan = PreloadPlanner.Plan(dear);

        Assert.Equal(request.Functions.Length, plan.Entries.Count(entry => entry.Action is PreloadAction.Offload));
        Assert.DoesNotContain(plan.Entries, entry => entry.Action is PreloadAction.Load);
    }

    [Fact]
    public void The_reason_says_chance_saving_and_cost()
    {
        var entry = new PreloadEntry
        {
            Kind = ArtifactKind.Adapter, Action = PreloadAction.Keep, Worker = new("w"), Tier = StorageTier.Device, From = StorageTier.Device,
            Bytes = RandomPlans.Mi(13), Probability = 0.71, Saves = RandomPlans.Ms(420), Horizon = TimeSpan.FromMinutes(5),
        };

        Assert.Equal("kept: P=0.71 in 5 min, saves 420 ms, costs 13 MiB", entry.Reason);

        var shared = entry with { Kind = ArtifactKind.Sandbox };
        Assert.Equal("kept: for those who use it, 0.71 calls in 5 min, saves 420 ms, costs 13 MiB", shared.Reason);
        Assert.Equal("kept: for those who use it, hardly a call in 5 min, saves 420 ms, costs 13 MiB", (shared with { Probability = 0.001 }).Reason);
        Assert.Equal(
            "moved down: nobody who uses it is expected in 5 min, saved 420 ms, frees 13 MiB, others are worth more",
            (shared with { Kind = ArtifactKind.Backbone, Action = PreloadAction.Offload, Probability = 0 }).Reason);
    }
}
