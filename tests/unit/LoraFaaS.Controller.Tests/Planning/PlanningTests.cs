using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Controller.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Tests.Planning;

/// <summary>The control loop's turns on the real control plane and stores, with a clock that the test moves.</summary>
public sealed class PlanningTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Cell = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_function_with_a_regular_pattern_is_brought_to_the_device_before_its_next_call()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        await plane.AddFunctionAsync("never");
        var session = await plane.JoinAsync("w-1", Blank(), Packed());
        await CallEveryAsync(plane, "regular", minutes: 10, times: 40);

        // Seven minutes into the pause: the call is due in three.
        await PassAsync(plane, TimeSpan.FromMinutes(7));
        await plane.BeatAsync(session, Blank(), Packed());
        var plan = await plane.Get<PlanTurn>().RunAsync(None);

        var line = Assert.Single(plan!.Lines, line => line.Kind == "adapter");
        Assert.Equal(("load", "device", "regular.openfaas-fn", "w-1"), (line.Action, line.Tier, line.Function, line.Worker));
        Assert.Contains("saves 250 ms", line.Reason, StringComparison.Ordinal);

        var telling = plane.Get<PlanCommands>().RunAsync(None);
        var sandbox = await ControlPlaneUnderTest.NextAsync(session);
        Assert.Equal(ArtifactKind.Sandbox, Assert.IsType<WorkerCommand.Preload>(sandbox.Command).Kind);
        session.Complete(sandbox.Number, null, TimeSpan.Zero);
        var adapter = await ControlPlaneUnderTest.NextAsync(session);
        var preload = Assert.IsType<WorkerCommand.Preload>(adapter.Command);
        Assert.Equal((ArtifactKind.Adapter, StorageTier.Device, Facts.Id("regular")), (preload.Kind, preload.Tier, preload.Revision.Function));
        session.Complete(adapter.Number, null, TimeSpan.Zero);
        await telling;
    }

    [Fact]
    public async Task A_sandbox_that_is_being_opened_is_neither_asked_for_again_nor_given_up_nor_in_want_of_a_blank()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);

        // The one blank has become it, and the next one is not there yet.
        await plane.BeatAsync(session, Packed(), Mapped() with { Opening = true });
        var plan = await plane.Get<PlanTurn>().RunAsync(None);
        var line = Assert.Single(plan!.Lines, line => line.Kind == "adapter");
        Assert.Equal(("load", "device"), (line.Action, line.Tier));

        var telling = plane.Get<PlanCommands>().RunAsync(None);
        var first = await ControlPlaneUnderTest.NextAsync(session);
        Assert.Equal(ArtifactKind.Adapter, Assert.IsType<WorkerCommand.Preload>(first.Command).Kind);
        session.Complete(first.Number, null, TimeSpan.Zero);
        await telling;

        // No call is placed by what is only on its way.
        await plane.BeatAsync(session, Mapped() with { Opening = true });
        Assert.Empty((await plane.Get<IWarmStateStore>().ListWorkersAsync(None)).Single().Snapshot().Backbones);

        // Nothing of it is there, nothing is on its way, and there is no blank: nothing goes to the device.
        await plane.BeatAsync(session, Packed());
        Assert.DoesNotContain((await plane.Get<PlanTurn>().RunAsync(None))!.Lines, line => line is { Action: "load", Tier: "device" });
    }

    [Fact]
    public async Task Nothing_is_asked_twice_of_a_worker_whose_inventory_shows_it()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);
        await plane.BeatAsync(session, Blank(), Packed());
        await plane.Get<PlanTurn>().RunAsync(None);
        await plane.BeatAsync(session, Blank(), Packed(), Mapped(), OnDevice("regular"));

        await plane.Get<PlanCommands>().RunAsync(None);
        var plan = await plane.Get<PlanTurn>().RunAsync(None);

        Assert.All(plan!.Lines, line => Assert.Equal("keep", line.Action));
    }

    [Fact]
    public async Task Another_leader_s_lease_keeps_this_controller_from_planning()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        await plane.JoinAsync("w-1", Blank(), Packed());
        await plane.Get<ILeaderLease>().TryHoldAsync("another", TimeSpan.FromMinutes(1), None);

        Assert.Null(await plane.Get<PlanTurn>().RunAsync(None));

        plane.Clock.Advance(TimeSpan.FromMinutes(2));
        await plane.JoinAsync("w-1", Blank(), Packed());
        Assert.NotNull(await plane.Get<PlanTurn>().RunAsync(None));
    }

    [Fact]
    public async Task A_plan_that_asks_for_the_same_is_not_stored_again()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("quiet");
        await plane.JoinAsync("w-1", Blank(), Packed());
        var first = await plane.Get<PlanTurn>().RunAsync(None);
        var second = await plane.Get<PlanTurn>().RunAsync(None);

        Assert.Equal(first!.Number, second!.Number);
    }

    [Fact]
    public async Task A_plan_that_asks_for_the_same_names_the_workers_of_now()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("quiet");
        await plane.Get<Forecaster>().TurnAsync(None);
        var away = await plane.Get<PlanTurn>().RunAsync(None);
        await plane.JoinAsync("w-1");
        var back = await plane.Get<PlanTurn>().RunAsync(None);

        Assert.Empty(away!.Workers);
        Assert.Equal(away.Number, back!.Number);
        Assert.Equal(["w-1"], back.Workers);
    }

    [Fact]
    public async Task A_controller_that_has_forecast_nothing_yet_leaves_the_plan_that_stands()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);
        await plane.BeatAsync(session, Blank(), Packed());
        var first = await plane.Get<PlanTurn>().RunAsync(None);
        var options = plane.Get<IOptions<PlanningOptions>>();
        using var leadership = new LeadershipCheck(plane.Get<ILeaderLease>(), new ControllerIdentity("successor"), options, plane.Clock);
        var young = Successor(plane, leadership, new ForecastBoard());

        plane.Clock.Advance(options.Value.Interval * 1.5);
        await plane.BeatAsync(session, Blank(), Packed());
        var second = await young.RunAsync(None);

        Assert.NotEmpty(first!.Lines);
        Assert.Equal(first.Number, second!.Number);
        Assert.Equal(first.Lines, second.Lines);
    }

    [Theory]
    [InlineData("0", "keep")]
    [InlineData("1000000", "offload")]
    public async Task Memory_that_costs_is_given_back_by_who_is_not_called(string price, string action)
    {
        await using var plane = new ControlPlaneUnderTest(("Controller:Planning:HoldingPrice", price));
        await plane.AddFunctionAsync("regular");
        var session = await plane.JoinAsync("w-1", Blank(), Packed());
        await CallEveryAsync(plane, "regular", minutes: 10, times: 20);
        await plane.BeatAsync(session, Blank(), Packed(), Mapped(), OnDevice("regular"));

        var plan = await plane.Get<PlanTurn>().RunAsync(None);

        Assert.Equal(action, Assert.Single(plan!.Lines, line => line.Kind == "adapter").Action);
    }

    [Fact]
    public async Task The_reasons_of_a_plan_that_stands_are_those_of_now()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);
        await plane.BeatAsync(session, Blank(), Packed(), Mapped(), OnDevice("regular"));
        var likely = await plane.Get<PlanTurn>().RunAsync(None);

        // It is called, and not due again for long: what is there stays, for another reason.
        await plane.Get<IWarmStateStore>().AddArrivalsAsync(new Dictionary<FunctionId, long> { [Facts.Id("regular")] = 1 }, None);
        await PassAsync(plane, TimeSpan.FromMinutes(1));
        await plane.BeatAsync(session, Blank(), Packed(), Mapped(), OnDevice("regular"));
        await plane.Get<PlanTurn>().RunAsync(None);
        var standing = await plane.Get<IPlanStore>().FindNewestAsync(None);

        Assert.Equal(likely!.Number, standing!.Number);
        Assert.True(standing.MadeAt > likely.MadeAt);
        var (before, now) = (Adapter(likely), Adapter(standing));
        Assert.Equal("keep", now.Action);
        Assert.True(now.Probability < before.Probability - 0.2, $"{before.Probability} and {now.Probability}");
        Assert.NotEqual(before.Reason, now.Reason);
        Assert.StartsWith(FormattableString.Invariant($"kept: P={now.Probability:0.##} in 5 min"), now.Reason, StringComparison.Ordinal);

        static Contracts.Admin.PlanLine Adapter(Contracts.Admin.PlanInfo plan) => Assert.Single(plan.Lines, line => line.Kind == "adapter");
    }

    [Fact]
    public async Task Savings_are_what_the_workers_have_measured()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);
        var costs = new StageCosts { RemoteToDiskMsPerMib = 256_000, DiskToHostMsPerMib = 25_600, SandboxMs = 33, BackboneMsPerMib = 7 };
        await plane.BeatAsync(session, costs, Blank(), Packed());
        var plan = await plane.Get<PlanTurn>().RunAsync(None);

        // An adapter of 4 KiB: 1 000 ms and 100 ms, and 5 ms for the step that nobody has measured.
        Assert.Equal(1_105, Assert.Single(plan!.Lines, line => line.Kind == "adapter").SavesMs, 3);
        Assert.Equal(33, Assert.Single(plan.Lines, line => line.Kind == "sandbox").SavesMs, 3);
        Assert.Equal(7, Assert.Single(plan.Lines, line => line.Kind == "backbone").SavesMs, 3);
    }

    [Fact]
    public async Task A_function_is_explained_with_what_it_needs_or_why_it_is_in_no_plan()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        await plane.AddFunctionAsync("never");
        await plane.AddFunctionAsync("away", desired: 0);
        await plane.JoinAsync("w-1", Blank(), Packed());
        await CallEveryAsync(plane, "regular", minutes: 10, times: 40);
        await PassAsync(plane, TimeSpan.FromMinutes(7));
        await plane.JoinAsync("w-1", Blank(), Packed());
        var plan = await plane.Get<PlanTurn>().RunAsync(None);
        var explainer = plane.Get<PlanExplainer>();

        var regular = await explainer.ExplainAsync(plan!, Facts.Id("regular"), None);
        Assert.Equal(["adapter", "backbone", "sandbox"], regular.Lines.Select(line => line.Kind).Order());
        Assert.StartsWith("Now P=", regular.Explanation, StringComparison.Ordinal);
        Assert.Contains("under the 0.05", (await explainer.ExplainAsync(plan!, Facts.Id("never"), None)).Explanation, StringComparison.Ordinal);
        Assert.Contains("scaled to zero", (await explainer.ExplainAsync(plan!, Facts.Id("away"), None)).Explanation, StringComparison.Ordinal);
        Assert.Equal("It is not deployed.", (await explainer.ExplainAsync(plan!, Facts.Id("nobody"), None)).Explanation);
    }

    [Fact]
    public async Task Who_only_learns_does_not_keep_another_from_planning_for_longer_than_a_plan_s_time()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        using var learner = new LeadershipCheck(plane.Get<ILeaderLease>(), new ControllerIdentity("learner"), plane.Get<IOptions<PlanningOptions>>(), plane.Clock);
        Assert.True(await learner.LeadsAsync(None));
        Assert.Null(await plane.Get<PlanTurn>().RunAsync(None));

        plane.Clock.Advance(plane.Get<IOptions<PlanningOptions>>().Value.Interval);
        Assert.NotNull(await plane.Get<PlanTurn>().RunAsync(None));
        Assert.False(await learner.LeadsAsync(None));
        Assert.True(await plane.Get<LeadershipCheck>().LeadsAsync(None));
    }

    [Fact]
    public async Task A_successor_goes_on_where_the_leader_was_lost_and_the_lost_one_s_plans_are_refused()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await AwaitCallAsync(plane);
        await plane.BeatAsync(session, Blank(), Packed());
        var first = await plane.Get<PlanTurn>().RunAsync(None);
        var (plans, options) = (plane.Get<IPlanStore>(), plane.Get<IOptions<PlanningOptions>>());
        using var leadership = new LeadershipCheck(plane.Get<ILeaderLease>(), new ControllerIdentity("successor"), options, plane.Clock);
        var successor = Successor(plane, leadership, plane.Get<IForecasts>());

        Assert.Null(await successor.RunAsync(None));
        plane.Clock.Advance(options.Value.Interval * 1.5);
        await plane.BeatAsync(session, Blank(), Packed());
        var second = await successor.RunAsync(None);

        // The same plan under the successor's name and a greater token, which fences the first one's off.
        Assert.Equal(first!.Number, second!.Number);
        Assert.Equal("successor", second.Controller);
        Assert.True(second.LeaderToken > first.LeaderToken);
        Assert.Null(await plane.Get<PlanTurn>().RunAsync(None));
        Assert.Null(await plans.AppendAsync(first, None));
        Assert.Equal("successor", (await plans.FindNewestAsync(None))!.Controller);
    }

    [Fact]
    public async Task A_controller_that_stops_gives_the_lease_back_and_does_not_take_it_again()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        Assert.NotNull(await plane.Get<PlanTurn>().RunAsync(None));
        Assert.Null(await plane.Get<ILeaderLease>().TryHoldAsync("successor", TimeSpan.FromMinutes(1), None));

        foreach (var service in plane.Get<IEnumerable<IHostedService>>().Reverse())
        {
            await service.StopAsync(None);
        }

        Assert.Null(await plane.Get<PlanTurn>().RunAsync(None));
        Assert.NotNull(await plane.Get<ILeaderLease>().TryHoldAsync("successor", TimeSpan.FromMinutes(1), None));
    }

    /// <summary>A function called every ten minutes, seven of them after its last call, and the worker that it may go to.</summary>
    private static async Task<WorkerSession> AwaitCallAsync(ControlPlaneUnderTest plane)
    {
        await plane.AddFunctionAsync("regular");
        var session = await plane.JoinAsync("w-1", Blank(), Packed());
        await CallEveryAsync(plane, "regular", minutes: 10, times: 40);
        await PassAsync(plane, TimeSpan.FromMinutes(7));
        return session;
    }

    /// <summary>Another controller's turn over the same stores.</summary>
    private static PlanTurn Successor(ControlPlaneUnderTest plane, LeadershipCheck leadership, IForecasts forecasts) => new(
        leadership, plane.Get<IPlanStore>(), plane.Get<IWarmStateStore>(), plane.Get<ICatalogueStore>(), plane.Get<CatalogueView>(), forecasts,
        new ControllerIdentity("successor"), plane.Get<IOptions<PlanningOptions>>(), plane.Clock, NullLogger<PlanTurn>.Instance);

    private static async Task CallEveryAsync(ControlPlaneUnderTest plane, string function, int minutes, int times)
    {
        var warm = plane.Get<IWarmStateStore>();
        await plane.Get<Forecaster>().TurnAsync(None);

        for (var call = 0; call < times; call++)
        {
            await PassAsync(plane, TimeSpan.FromMinutes(minutes) - Cell);
            await warm.AddArrivalsAsync(new Dictionary<FunctionId, long> { [Facts.Id(function)] = 1 }, None);
            await PassAsync(plane, Cell);
        }
    }

    private static async Task PassAsync(ControlPlaneUnderTest plane, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Cell)
        {
            plane.Clock.Advance(Cell);
            await plane.Get<Forecaster>().TurnAsync(None);
        }
    }

    private static ResidentState Blank() => new(ResidentKind.Sandbox, Facts.BackboneDigest, StorageTier.Host, 0, null, TimeSpan.Zero);

    private static ResidentState Packed() => new(ResidentKind.Backbone, Facts.BackboneDigest, StorageTier.Host, 1 << 20, null, TimeSpan.Zero);

    private static ResidentState Mapped() => new(ResidentKind.Backbone, Facts.BackboneDigest, StorageTier.Device, 1 << 20, Facts.Revision("regular").TrustDomain, TimeSpan.Zero);

    private static ResidentState OnDevice(string function) =>
        new(ResidentKind.Adapter, Facts.DigestOf(function), StorageTier.Device, 4_096, Facts.Revision(function).TrustDomain, TimeSpan.Zero);
}
