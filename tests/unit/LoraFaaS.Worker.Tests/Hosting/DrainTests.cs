using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A worker that is to take nothing more.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task A_stopping_worker_finishes_what_runs_and_refuses_what_comes()
    {
        await using var world = await DemoWorld.StartAsync();
        var running = await OpenStream.StartAsync(world, OpenStream.Endless(world, "openfaas-fn", 60), Token);
        var pids = world.Worker.Supervisor.Resident.Select(sandbox => sandbox.ProcessId).ToList();

        var stopping = world.Worker.StopAsync();
        var rest = await running.RestAsync();

        Assert.NotNull(rest.Finished);
        Assert.Equal(0, await Patience.ForAsync(stopping));
        Assert.All(pids, pid => Assert.False(ProcessControl.Send(pid, Signal.Probe)));
    }

    [Fact]
    public async Task Who_has_not_finished_when_the_grace_is_over_is_told_why_and_the_worker_ends()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:DrainGrace", "00:00:01");
        var running = await OpenStream.StartAsync(world, OpenStream.Endless(world, "openfaas-fn", 400), Token);
        var sandbox = world.Worker.SandboxOf("openfaas-fn").ProcessId;

        // Frozen, it finishes in no grace.
        Assert.True(ProcessControl.Send(sandbox, Signal.Stop));
        var stopping = world.Worker.StopAsync();
        var rest = await Patience.ForAsync(running.RestAsync());

        Assert.True(rest.Finished is { CompletionTokens: 400 } || rest.Failed is { Code: "draining" }, rest.Failed?.ToString() ?? "neither finished nor told why");
        Assert.Equal(0, await Patience.ForAsync(stopping));
        Assert.False(ProcessControl.Send(sandbox, Signal.Probe));
    }

    [Fact]
    public async Task A_commanded_drain_refuses_until_resumed()
    {
        await using var world = await DemoWorld.StartAsync();

        await world.Controller.CommandAsync(new WorkerCommand { Drain = new DrainWorker() });
        var refused = await world.Worker.GenerateAsync(world.Request(null, "hello"), Token);
        await Patience.UntilAsync(() => world.Controller.LastHeartbeat?.Draining == true);
        await world.Controller.CommandAsync(new WorkerCommand { Drain = new DrainWorker { Resume = true } });
        var served = await world.Worker.GenerateAsync(world.Request(null, "hello"), Token);

        Assert.Equal("draining", refused.Problem?.Code);
        Assert.NotNull(served.Finished);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
