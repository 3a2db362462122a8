using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Placement;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Placement;

public sealed class ActivationServiceTests
{
    [Fact]
    public async Task All_who_ask_share_one_load()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("f", desired: 0);
        var session = await plane.JoinAsync("w");
        var asked = Enumerable.Range(0, 10).Select(_ => ActivateAsync(plane)).ToArray();

        var load = await ControlPlaneUnderTest.NextAsync(session);
        Assert.Equal(StorageTier.Device, Assert.IsType<WorkerCommand.Load>(load.Command).Tier);
        session.Complete(load.Number, null, TimeSpan.FromMilliseconds(5));

        foreach (var outcome in await Patience.ForAsync(Task.WhenAll(asked)))
        {
            Assert.Equal("w", Assert.IsType<ActivationOutcome.Ready>(outcome).Worker.Value);
        }

        var function = await plane.Get<ICatalogueStore>().FindFunctionAsync(Facts.Id("f"), CancellationToken.None);
        Assert.Equal(1, function!.DesiredReplicas);
    }

    [Fact]
    public async Task Each_caller_leaves_at_its_own_deadline_and_the_flight_goes_on()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("f");
        var session = await plane.JoinAsync("w");

        var patient = ActivateAsync(plane, TimeSpan.FromSeconds(30));
        var load = await ControlPlaneUnderTest.NextAsync(session);
        var hasty = ActivateAsync(plane, TimeSpan.FromSeconds(1));
        await Patience.UntilAsync(() =>
        {
            // In small steps: the patient one must not run out of time while this thread waits for the hasty one's end to be seen.
            plane.Clock.Advance(TimeSpan.FromMilliseconds(20));
            return hasty.IsCompleted;
        });

        Assert.Equal(ErrorCode.DeadlineExceeded, Refusal(await hasty).Code);
        session.Complete(load.Number, null, default);
        Assert.IsType<ActivationOutcome.Ready>(await Patience.ForAsync(patient));
    }

    [Fact]
    public async Task A_crowd_beyond_the_bound_is_told_to_come_back()
    {
        await using var plane = new ControlPlaneUnderTest(("Controller:Activation:MaxWaiters", "2"));
        await plane.AddFunctionAsync("f");
        var session = await plane.JoinAsync("w");

        var first = ActivateAsync(plane);
        var load = await ControlPlaneUnderTest.NextAsync(session);
        var second = ActivateAsync(plane);
        var refused = await Patience.ForAsync(ActivateAsync(plane));

        Assert.Equal(ErrorCode.QueueFull, Refusal(refused).Code);
        Assert.NotNull(Refusal(refused).RetryAfter);
        session.Complete(load.Number, null, default);
        await Patience.ForAsync(Task.WhenAll(first, second));
    }

    [Fact]
    public async Task A_worker_of_another_controller_is_answered_without_a_command()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("f");
        await plane.Get<IWarmStateStore>().PutWorkerAsync(Facts.Worker("elsewhere"), TimeSpan.FromSeconds(5), CancellationToken.None);

        Assert.Equal("http://elsewhere:1", Assert.IsType<ActivationOutcome.Ready>(await ActivateAsync(plane)).Url);
    }

    [Fact]
    public async Task A_failed_worker_is_left_for_another_and_the_last_failure_is_told()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.AddFunctionAsync("f");
        var sessions = new[] { await plane.JoinAsync("w1"), await plane.JoinAsync("w2"), await plane.JoinAsync("w3") };
        var asked = ActivateAsync(plane);
        var failing = sessions.Select(session => FailAsync(session)).ToArray();

        Assert.Equal(ErrorCode.ArtifactCorrupt, Refusal(await Patience.ForAsync(asked)).Code);
        Assert.Equal(2, failing.Count(task => task.IsCompleted));

        foreach (var session in sessions)
        {
            session.Dispose();
        }
    }

    [Fact]
    public async Task A_bare_backbone_can_be_activated_under_its_name()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.Get<ICatalogueStore>().PutBackboneAsync(Facts.Backbone(), CancellationToken.None);
        var session = await plane.JoinAsync("w");
        var asked = plane.Get<ActivationService>().ActivateAsync(Facts.Id("lory"), 1, TimeSpan.FromSeconds(30), CancellationToken.None);

        var load = await ControlPlaneUnderTest.NextAsync(session);
        Assert.Null(((WorkerCommand.Load)load.Command).Revision.AdapterDigest);
        session.Complete(load.Number, null, default);
        Assert.IsType<ActivationOutcome.Ready>(await Patience.ForAsync(asked));
    }

    private static async Task FailAsync(WorkerSession session)
    {
        var load = await ControlPlaneUnderTest.NextAsync(session);
        session.Complete(load.Number, new Problem(ErrorCode.ArtifactCorrupt, "digest differs"), default);
    }

    private static Problem Refusal(ActivationOutcome outcome) => Assert.IsType<ActivationOutcome.Refused>(outcome).Problem;

    private static Task<ActivationOutcome> ActivateAsync(ControlPlaneUnderTest plane, TimeSpan? timeLeft = null) =>
        plane.Get<ActivationService>().ActivateAsync(Facts.Id("f"), 1, timeLeft ?? TimeSpan.FromSeconds(30), CancellationToken.None);
}
