using System.Net;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A function bounds itself, and its worker has no place left: the call goes to another that has, and waits only at the last.</summary>
public sealed class BusyWorkerTests
{
    [Fact]
    public async Task A_call_that_its_worker_has_no_place_for_moves_to_the_next()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyAsync, FakeWorker.CountAsync);

        for (var i = 1; i <= 3; i++)
        {
            using var answer = await Patience.ForAsync(gateway.InvokeAsync("x"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
            Assert.Equal((i, i), (near.Exchanges.Count, far.Exchanges.Count));
        }

        Assert.All(near.Exchanges, exchange => Assert.True(exchange.Request.MayMove));
        Assert.All(far.Exchanges, exchange => Assert.False(exchange.Request.MayMove));
    }

    [Fact]
    public async Task Where_no_worker_has_one_it_waits_at_the_last_and_is_asked_for_nowhere_else()
    {
        var release = new TaskCompletionSource();
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyAsync, async exchange =>
        {
            await release.Task;
            await FakeWorker.CountAsync(exchange);
        });

        var call = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => far.Exchanges.Count == 1);
        release.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(call)).StatusCode);
        Assert.Equal((1, 1), (near.Exchanges.Count, far.Exchanges.Count));
    }

    [Fact]
    public async Task Where_the_other_is_lost_it_waits_at_the_first()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(
            gateway,
            BusyIfItMayMoveAsync,
            exchange =>
            {
                exchange.Die();
                return Task.CompletedTask;
            });

        using var answer = await Patience.ForAsync(gateway.InvokeAsync("x"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([true, false], near.Exchanges.Select(exchange => exchange.Request.MayMove));
        Assert.NotEmpty(far.Exchanges);
    }

    [Fact]
    public async Task An_answer_that_goes_on_elsewhere_moves_too_and_repeats_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var farthest = await gateway.AddWorkerAsync("w3", BusyIfItMayMoveAsync);
        var (near, far) = await StartAsync(
            gateway,
            async exchange =>
            {
                await exchange.SendAsync(Given.Started(), Given.Tokens("0 ", 0), Given.Tokens("1 ", 1));
                exchange.Die();
            },
            BusyIfItMayMoveAsync,
            farthest);

        using var answer = await Patience.ForAsync(gateway.InvokeAsync("x"));

        Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
        Assert.Single(near.Exchanges);
        Assert.Equal([true, false], far.Exchanges.Concat(farthest.Exchanges).Select(exchange => exchange.Request.MayMove).OrderDescending());
    }

    [Fact]
    public async Task One_that_has_nowhere_to_go_or_no_bound_is_not_told_to_move()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, _) = await StartAsync(gateway, FakeWorker.CountAsync, FakeWorker.CountAsync, bound: 0);
        Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(gateway.InvokeAsync("x"))).StatusCode);
        Assert.False(Assert.Single(near.Exchanges).Request.MayMove);

        await using var alone = await RunningGateway.StartAsync();
        var worker = await alone.AddWorkerAsync("w1", FakeWorker.CountAsync);
        var route = Given.Route("echo", placements: (worker.Id, StorageTier.Device));
        route.Revision.MaxConcurrent = 1;
        await alone.PublishAsync([route], worker);
        Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(alone.InvokeAsync("x"))).StatusCode);
        Assert.False(Assert.Single(worker.Exchanges).Request.MayMove);
    }

    /// <summary>Neither gateway knows what the other has sent: only the workers do.</summary>
    [Fact]
    public async Task Two_gateways_fill_both_workers_and_neither_beyond_its_bound()
    {
        var release = new TaskCompletionSource();
        var (one, two) = (new OneAtATime(release.Task), new OneAtATime(release.Task));
        await using var first = await RunningGateway.StartAsync();
        await using var second = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(first, one.ServeAsync, two.ServeAsync, bound: 1);
        await PublishAsync(second, [near, far], bound: 1);

        var holds = first.InvokeAsync("x");
        await Patience.UntilAsync(() => one.Running == 1);
        var moves = second.InvokeAsync("x");
        await Patience.UntilAsync(() => two.Running == 1);
        var waits = first.InvokeAsync("x");
        await Patience.UntilAsync(() => far.Exchanges.Count == 2);
        release.SetResult();

        foreach (var call in (Task<HttpResponseMessage>[])[holds, moves, waits])
        {
            Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(call)).StatusCode);
        }

        Assert.Equal((3, 2), (near.Exchanges.Count, far.Exchanges.Count));
    }

    private static Task BusyAsync(WorkerExchange exchange) => exchange.RefuseAsync(429, "worker_busy", "as many as it lets", 1);

    private static Task BusyIfItMayMoveAsync(WorkerExchange exchange) => exchange.Request.MayMove ? BusyAsync(exchange) : FakeWorker.CountAsync(exchange);

    private static async Task<(FakeWorker Near, FakeWorker Far)> StartAsync(
        RunningGateway gateway, Func<WorkerExchange, Task> near, Func<WorkerExchange, Task> far, FakeWorker? farthest = null, int bound = 2)
    {
        List<FakeWorker> workers = [await gateway.AddWorkerAsync("w1", near), await gateway.AddWorkerAsync("w2", far)];

        if (farthest is not null)
        {
            workers.Add(farthest);
        }

        await PublishAsync(gateway, workers, bound);
        return (workers[0], workers[1]);
    }

    private static async Task PublishAsync(RunningGateway gateway, List<FakeWorker> workers, int bound)
    {
        // The nearest first: the adapter is on its device.
        var route = Given.Route("echo", placements: [.. workers.Select((worker, i) => (worker.Id, i == 0 ? StorageTier.Device : StorageTier.Host))]);
        route.Revision.MaxConcurrent = bound;
        await gateway.PublishAsync([route], [.. workers]);
    }

    /// <summary>A worker's bound of one, as it is kept at the wire.</summary>
    private sealed class OneAtATime(Task release)
    {
        private int _running;

        public int Running => Volatile.Read(ref _running);

        public async Task ServeAsync(WorkerExchange exchange)
        {
            if (!TryEnter())
            {
                if (exchange.Request.MayMove)
                {
                    await BusyAsync(exchange);
                    return;
                }

                await Patience.UntilAsync(TryEnter);
            }

            await release;
            await FakeWorker.CountAsync(exchange);
            Volatile.Write(ref _running, 0);
        }

        private bool TryEnter() => Interlocked.CompareExchange(ref _running, 1, 0) == 0;
    }
}
