using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Concurrency;

namespace LoraFaaS.Worker.Tests.Concurrency;

public sealed class SingleFlightTests
{
    [Fact]
    public async Task Many_askers_share_one_piece_of_work()
    {
        var flight = new SingleFlight<string, int>(CancellationToken.None);
        var gate = new TaskCompletionSource<int>();
        var runs = 0;

        var askers = Enumerable.Range(0, 50).Select(_ => flight.RunAsync("a", _ => { Interlocked.Increment(ref runs); return gate.Task; }, CancellationToken.None)).ToList();
        gate.SetResult(7);

        Assert.All(await Patience.ForAsync(Task.WhenAll(askers)), result => Assert.Equal(7, result));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task An_asker_who_leaves_does_not_stop_the_work()
    {
        var flight = new SingleFlight<string, int>(CancellationToken.None);
        var gate = new TaskCompletionSource<int>();
        using var leaving = new CancellationTokenSource();
        var first = flight.RunAsync("a", _ => gate.Task, leaving.Token);
        var second = flight.RunAsync("a", _ => Task.FromResult(0), CancellationToken.None);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult(7);

        Assert.Equal(7, await Patience.ForAsync(second));
    }

    [Fact]
    public async Task Work_that_ends_as_its_lifetime_does_fails_nobody_who_ends_that()
    {
        for (var round = 0; round < 500; round++)
        {
            using var lifetime = new CancellationTokenSource();
            var flight = new SingleFlight<int, int>(lifetime.Token);
            var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            var askers = Enumerable.Range(0, 8).Select(key => flight.RunAsync(key, _ => gate.Task, CancellationToken.None)).ToList();

            gate.SetResult(7);
            await lifetime.CancelAsync();

            Assert.All(await Patience.ForAsync(Task.WhenAll(askers)), result => Assert.Equal(7, result));
        }
    }

    [Fact]
    public async Task After_the_work_ended_the_next_asker_starts_anew()
    {
        var flight = new SingleFlight<string, int>(CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => flight.RunAsync("a", _ => throw new InvalidOperationException(), CancellationToken.None));

        Assert.Equal(7, await flight.RunAsync("a", _ => Task.FromResult(7), CancellationToken.None));
        Assert.Empty(flight.Keys);
    }

    [Fact]
    public async Task Work_that_only_those_ahead_of_need_asked_for_ends_with_the_last_of_them()
    {
        var flight = new SingleFlight<string, int>(CancellationToken.None);
        var ended = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        var first = flight.RunAsync("a", token => EndlessAsync(ended, token), leaving.Token, Urgency.Ahead);
        var second = flight.RunAsync("a", token => EndlessAsync(ended, token), leaving.Token, Urgency.Ahead);

        await leaving.CancelAsync();

        await Patience.ForAsync(ended.Task);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(7, await Patience.ForAsync(flight.RunAsync("a", _ => Task.FromResult(7), CancellationToken.None)));
    }

    [Fact]
    public async Task Work_that_somebody_waits_for_goes_on_without_those_ahead_of_need()
    {
        var flight = new SingleFlight<string, int>(CancellationToken.None);
        var gate = new TaskCompletionSource<int>();
        using var leaving = new CancellationTokenSource();
        var ahead = flight.RunAsync("a", token => gate.Task.WaitAsync(token), leaving.Token, Urgency.Ahead);
        var live = flight.RunAsync("a", _ => Task.FromResult(0), CancellationToken.None);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ahead);
        gate.SetResult(7);

        Assert.Equal(7, await Patience.ForAsync(live));
    }

    private static async Task<int> EndlessAsync(TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
        finally
        {
            ended.TrySetResult();
        }
    }
}
