using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Handlers;

/// <summary>Limits of functions' own code: each in a worker that is set to meet them soon.</summary>
public sealed class CodeLimitTests
{
    [Fact]
    public async Task Code_that_goes_on_after_its_deadline_is_ended_and_its_caller_does_not_wait_for_that()
    {
        await using var world = await CodeWorld.StartAsync("--Worker:Handlers:Grace", "00:00:00.500");
        await world.CallAsync("/echo", "x");

        var late = await world.CallAsync(world.Request("/spin"), TimeSpan.FromSeconds(2));

        Assert.Equal("deadline_exceeded", late.Failure?.Code);
        Assert.Contains("stage: code", late.Failure?.Message, StringComparison.Ordinal);
        await world.LoggedAsync(CodeWorld.NameOf(), "after its call was over");
        Assert.Equal("x", (await world.CallAsync("/echo", "x")).Text);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_and_one_of_nothing_is_an_answer()
    {
        await using var world = await CodeWorld.StartAsync("--Worker:Handlers:MaxReply", "2Mi");

        var big = await world.CallAsync("/big");
        var nothing = await world.CallAsync("/nothing");

        Assert.Equal("function_failed", big.Failure?.Code);
        Assert.Contains("more than 2 MiB", big.Failure?.Message, StringComparison.Ordinal);
        Assert.InRange(big.Body.Length, 1 << 20, 2 << 20);
        Assert.Equal(200, nothing.Head?.Status);
        Assert.NotNull(nothing.Finished);
    }

    [Fact]
    public async Task One_handler_runs_so_many_calls_at_once_and_the_others_wait()
    {
        await using var world = await CodeWorld.StartAsync("--Worker:Handlers:Concurrency", "2");
        var first = world.CallAsync("/wait");
        await Patience.UntilAsync(async _ => (await world.CallAsync("/running")).Text == "1");

        // As soon as the second place is taken too, who comes then waits until its deadline.
        var second = world.CallAsync(world.Request("/wait"), TimeSpan.FromSeconds(5));
        await Patience.UntilAsync(async _ => (await world.CallAsync(world.Request("/echo", "x"), TimeSpan.FromMilliseconds(200))).Failure?.Code == "deadline_exceeded");

        // The second one's own deadline makes room again.
        Assert.Equal("deadline_exceeded", (await second).Failure?.Code);
        Assert.Equal("now", (await world.CallAsync("/release")).Text);
        Assert.Equal("released", (await first).Text);
    }

    [Fact]
    public async Task Who_waits_for_a_place_in_a_handler_that_is_killed_is_served_by_the_next()
    {
        await using var world = await CodeWorld.StartAsync("--Worker:Handlers:Concurrency", "1");
        var running = world.CallAsync("/wait");
        await Patience.UntilAsync(() => world.Handlers.Resident is [{ Uses.IdleFor: null }] && world.Worker.Get<Admission>().Waiting == 0);
        var waiting = Enumerable.Range(0, 3).Select(call => world.CallAsync("/echo", $"{call}")).ToList();
        await Patience.UntilAsync(() => world.Worker.Get<Admission>().Waiting == waiting.Count);

        ProcessControl.Send(world.Handlers.Resident[0].ProcessId, Signal.Kill);

        Assert.Equal("handler_lost", (await Patience.ForAsync(running)).Failure?.Code);
        Assert.Equal(["0", "1", "2"], (await Patience.ForAsync(Task.WhenAll(waiting))).Select(answer => answer.Text));
    }

    [Fact]
    public async Task Memory_is_bounded_and_an_idle_handler_ends()
    {
        await using var world = await CodeWorld.StartAsync("--Worker:Handlers:Memory", "64Mi", "--Worker:Handlers:Idle", "00:00:01");

        Assert.Contains((await world.CallAsync("/memory")).Failure?.Code, (string[])["function_failed", "handler_lost"]);
        var pid = 0;

        // On a machine with too much to do it may have been idle long enough before we look.
        await Patience.UntilAsync(async _ =>
        {
            Assert.Equal("x", (await world.CallAsync("/echo", "x")).Text);
            pid = world.Handlers.Resident is [var handler] ? handler.ProcessId : 0;
            return pid > 0;
        });
        await Patience.UntilAsync(() => world.Handlers.Resident.Count == 0);
        await Patience.UntilAsync(() => !ProcessControl.Send(pid, Signal.Probe));
        Assert.Equal("x", (await world.CallAsync("/echo", "x")).Text);
    }

    [Fact]
    public async Task A_stopping_worker_finishes_code_with_all_it_still_needs()
    {
        await using var world = await CodeWorld.StartAsync();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await world.CallAsync("/twice", prompt);
        var running = world.CallAsync("/twice", prompt);
        await Patience.UntilAsync(() => world.Handlers.Resident[0].Uses.IdleFor is null || running.IsCompleted);

        var stopping = world.Worker.StopAsync();

        Assert.StartsWith(expected, (await Patience.ForAsync(running)).Text, StringComparison.Ordinal);
        Assert.Equal(0, await Patience.ForAsync(stopping));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
