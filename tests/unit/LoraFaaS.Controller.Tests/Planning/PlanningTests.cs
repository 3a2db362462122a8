using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Controller.Tests.Support;

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
    public async Task Nothing_is_asked_twice_of_a_worker_whose_inventory_shows_it()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("regular");
        var session = await plane.JoinAsync("w-1", Blank(), Packed());
        await CallEveryAsync(plane, "regular", minutes: 10, times: 40);
        await PassAsync(plane, TimeSpan.FromMinutes(7));
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
