using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Workers;

public sealed class WorkerSessionTests : IDisposable
{
    private static readonly WorkerCommand Drain = new WorkerCommand.Drain(Resume: false);

    private readonly FakeTimeProvider _clock = new();
    private readonly WorkerSession _session;

    public WorkerSessionTests() =>
        _session = new WorkerSession(new WorkerHello(new WorkerId("w"), "http://w:1", "cpu", new ByteSize(1), "test", []), 4, _clock);

    [Fact]
    public async Task A_command_ends_with_the_workers_result()
    {
        var sent = _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None);
        var command = await ControlPlaneUnderTest.NextAsync(_session);
        _session.Complete(command.Number, null, TimeSpan.FromMilliseconds(7));

        Assert.Equal(new CommandOutcome.Done(TimeSpan.FromMilliseconds(7)), await sent);
    }

    [Fact]
    public async Task A_failure_carries_the_workers_problem()
    {
        var problem = new Problem(ErrorCode.ArtifactCorrupt, "digest differs");
        var sent = _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None);
        _session.Complete((await ControlPlaneUnderTest.NextAsync(_session)).Number, problem, default);

        Assert.Equal(new CommandOutcome.Failed(problem), await sent);
    }

    [Fact]
    public async Task A_silent_worker_times_a_command_out_and_its_late_result_is_dropped()
    {
        var sent = _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None);
        var command = await ControlPlaneUnderTest.NextAsync(_session);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.IsType<CommandOutcome.TimedOut>(await Patience.ForAsync(sent));
        _session.Complete(command.Number, null, default);
    }

    [Fact]
    public async Task Closing_fails_what_waits_and_what_comes()
    {
        var sent = _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None);
        _session.Close();

        Assert.IsType<CommandOutcome.Lost>(await Patience.ForAsync(sent));
        Assert.IsType<CommandOutcome.Lost>(await _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None));
        Assert.True(_session.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task A_worker_that_does_not_read_is_given_no_more()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.True(_session.TryTell(new WorkerCommand.AckUsage(1)));
        }

        Assert.False(_session.TryTell(new WorkerCommand.AckUsage(1)));
        Assert.IsType<CommandOutcome.Backlogged>(await _session.SendAsync(Drain, TimeSpan.FromSeconds(5), CancellationToken.None));
    }

    [Fact]
    public async Task A_backbone_that_cannot_be_read_is_remembered_until_it_can()
    {
        _session.TellBackbones([Facts.Backbone()]);
        var told = await ControlPlaneUnderTest.NextAsync(_session);
        _session.Complete(told.Number, new Problem(ErrorCode.BackboneInvalid, "no such folder"), default);

        Assert.Equal([Facts.BackboneDigest], _session.UnreadableBackbones);

        _session.TellBackbones([]);
        Assert.Empty(_session.UnreadableBackbones);
        Assert.IsType<WorkerCommand.KnowBackbone>((await ControlPlaneUnderTest.NextAsync(_session)).Command);
    }

    [Fact]
    public async Task A_backbone_that_could_not_be_read_is_told_again_until_it_can()
    {
        _session.TellBackbones([Facts.Backbone()]);
        _session.Complete((await ControlPlaneUnderTest.NextAsync(_session)).Number, new Problem(ErrorCode.BackboneInvalid, "no such folder"), default);

        _session.TellBackbones([Facts.Backbone()]);
        _session.Complete((await ControlPlaneUnderTest.NextAsync(_session)).Number, null, default);

        Assert.Empty(_session.UnreadableBackbones);
    }

    [Fact]
    public void What_was_told_is_not_told_again()
    {
        _session.TellBackbones([Facts.Backbone()]);
        _session.TellBackbones([Facts.Backbone()]);

        Assert.True(_session.TryTell(Drain));
        Assert.True(_session.TryTell(Drain));
        Assert.True(_session.TryTell(Drain));
        Assert.False(_session.TryTell(Drain));
    }

    public void Dispose() => _session.Dispose();
}
