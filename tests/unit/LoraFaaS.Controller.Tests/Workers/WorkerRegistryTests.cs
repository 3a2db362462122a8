using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Tests.Workers;

public sealed class WorkerRegistryTests
{
    [Fact]
    public async Task A_worker_is_known_from_its_first_inventory_to_the_end_of_its_session()
    {
        await using var plane = new ControlPlaneUnderTest();
        var warm = plane.Get<IWarmStateStore>();
        var session = await plane.JoinAsync("w", Facts.Resident("a", StorageTier.Host));

        Assert.Equal("w", Assert.Single(await warm.ListWorkersAsync(CancellationToken.None)).Id.Value);

        await plane.Workers.CloseAsync(session, "done", CancellationToken.None);
        Assert.Empty(await warm.ListWorkersAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_older_sessions_end_does_not_remove_the_newer()
    {
        await using var plane = new ControlPlaneUnderTest();
        var older = await plane.JoinAsync("w");
        var newer = await plane.JoinAsync("w");

        Assert.True(older.Closed.IsCancellationRequested);
        await plane.Workers.CloseAsync(older, "superseded", CancellationToken.None);

        Assert.True(plane.Workers.TryFind(newer.Id, out var found));
        Assert.Same(newer, found);
        Assert.Single(await plane.Get<IWarmStateStore>().ListWorkersAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_silent_session_is_closed_and_a_speaking_one_is_not()
    {
        await using var plane = new ControlPlaneUnderTest();
        var silent = await plane.JoinAsync("silent");
        var speaking = await plane.JoinAsync("speaking");

        plane.Clock.Advance(TimeSpan.FromSeconds(4));
        await plane.BeatAsync(speaking);
        plane.Clock.Advance(TimeSpan.FromSeconds(2));
        plane.Workers.CloseSilent();

        Assert.True(silent.Closed.IsCancellationRequested);
        Assert.False(speaking.Closed.IsCancellationRequested);
    }
}
