using System.Net;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A function bounds itself, and its worker has no place left: the call goes to another that has, and where none has, to the first that has one again.</summary>
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

        Assert.All(near.Exchanges.Concat(far.Exchanges), exchange => Assert.True(exchange.Request.MayMove));
        Assert.Empty(near.Places.Concat(far.Places));
    }

    [Fact]
    public async Task At_a_worker_that_lets_it_wait_it_waits_and_is_asked_for_nowhere_else()
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
        Assert.Equal([true, true, false], far.Exchanges.Concat(farthest.Exchanges).Select(exchange => exchange.Request.MayMove).OrderDescending());
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
        (near.PlaceScript, far.PlaceScript) = (one.PlaceAsync, two.PlaceAsync);
        await PublishAsync(second, [near, far], bound: 1);

        var holds = first.InvokeAsync("x");
        await Patience.UntilAsync(() => one.Running == 1);
        var moves = second.InvokeAsync("x");
        await Patience.UntilAsync(() => two.Running == 1);
        var waits = first.InvokeAsync("x");
        await Patience.UntilAsync(() => near.Places.Count + far.Places.Count == 2);
        release.SetResult();

        foreach (var call in (Task<HttpResponseMessage>[])[holds, moves, waits])
        {
            Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(call)).StatusCode);
        }

        // It stood in both lines, and its answer was computed where one was free.
        Assert.Equal((1, 1), (near.Places.Count, far.Places.Count));
        Assert.Equal((3, 3), (one.Served + two.Served, one.Refused + two.Refused));
    }

    [Fact]
    public async Task Where_none_has_one_it_stands_in_both_lines_and_goes_where_a_place_comes_first()
    {
        var (release, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyIfItMayMoveAsync, BusyIfItMayMoveAsync);
        near.PlaceScript = exchange => LeftAsync(exchange, left);
        far.PlaceScript = async exchange =>
        {
            await release.Task;
            await exchange.SendAsync(GrantedPlace);
            await LeftAsync(exchange, new TaskCompletionSource());
        };

        var call = gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => near.Places.Count + far.Places.Count == 2);
        Assert.False(call.IsCompleted);
        release.SetResult();

        using var answer = await Patience.ForAsync(call);
        Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
        Assert.Equal([true], near.Exchanges.Select(exchange => exchange.Request.MayMove));
        Assert.Equal([true, false], far.Exchanges.Select(exchange => exchange.Request.MayMove));
        await Patience.ForAsync(left.Task);

        // It stood there with nothing but its name, under which it came then.
        Assert.All(near.Places.Concat(far.Places), place => Assert.True(place.Request.Prompt is null && place.Request.Sampling is null && !place.Request.MayMove));
        Assert.Single(near.Places.Concat(far.Places).Concat(far.Exchanges).Select(exchange => exchange.Request.InvocationKey).Distinct());
    }

    [Fact]
    public async Task Two_places_at_once_are_one_call_and_one_place_given_back()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyIfItMayMoveAsync, BusyIfItMayMoveAsync);
        TaskCompletionSource[] left = [new(), new()];
        var (both, came) = (new TaskCompletionSource(), 0);
        (near.PlaceScript, far.PlaceScript) = (exchange => GrantTogetherAsync(exchange, left[0]), exchange => GrantTogetherAsync(exchange, left[1]));

        using var answer = await Patience.ForAsync(gateway.InvokeAsync("x"));
        Assert.Equal("0 1 2 3 4 5 ", await answer.Content.ReadAsStringAsync());
        Assert.Single(near.Exchanges.Concat(far.Exchanges), exchange => !exchange.Request.MayMove);
        await Patience.ForAsync(Task.WhenAll(left.Select(place => place.Task)));

        // Not before both were asked: else the first grant may end the second line before its worker hears of it.
        async Task GrantTogetherAsync(WorkerExchange exchange, TaskCompletionSource gone)
        {
            if (Interlocked.Increment(ref came) == left.Length)
            {
                both.SetResult();
            }

            await both.Task;
            await GrantAsync(exchange, gone);
        }
    }

    [Fact]
    public async Task A_worker_that_is_lost_while_one_stands_in_its_line_is_not_waited_for()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyIfItMayMoveAsync, BusyIfItMayMoveAsync);
        var died = new TaskCompletionSource();
        near.PlaceScript = exchange =>
        {
            exchange.Die();
            died.SetResult();
            return Task.CompletedTask;
        };
        far.PlaceScript = async exchange =>
        {
            await died.Task;
            await GrantAsync(exchange, new TaskCompletionSource());
        };

        Assert.Equal(HttpStatusCode.OK, (await Patience.ForAsync(gateway.InvokeAsync("x"))).StatusCode);
        Assert.Equal((1, 2), (near.Exchanges.Count, far.Exchanges.Count));
    }

    [Fact]
    public async Task Who_goes_away_leaves_every_line_and_who_runs_out_of_time_is_told_where()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (near, far) = await StartAsync(gateway, BusyIfItMayMoveAsync, BusyIfItMayMoveAsync);
        TaskCompletionSource[] left = [new(), new()];
        (near.PlaceScript, far.PlaceScript) = (exchange => LeftAsync(exchange, left[0]), exchange => LeftAsync(exchange, left[1]));

        using (var goes = new CancellationTokenSource())
        {
            var call = gateway.InvokeAsync("x", cancellationToken: goes.Token);
            await Patience.UntilAsync(() => near.Places.Count + far.Places.Count == 2);
            await goes.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            await Patience.ForAsync(Task.WhenAll(left.Select(line => line.Task)));
        }

        using var late = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x"), Headers = { { "X-Timeout", "300ms" } } };
        using var answer = await Patience.ForAsync(gateway.Http.SendAsync(late, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("queue", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
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

    private static GenerateEvent GrantedPlace => new() { Progress = new Progress { Stage = "queue" } };

    private static async Task GrantAsync(WorkerExchange exchange, TaskCompletionSource left)
    {
        try
        {
            await exchange.SendAsync(GrantedPlace);
        }
        catch (OperationCanceledException) when (exchange.Aborted.IsCancellationRequested)
        {
            // Another's place was there first, and this line was left before its word went out.
        }

        await LeftAsync(exchange, left);
    }

    /// <summary>Ends when the gateway hangs up.</summary>
    private static async Task LeftAsync(WorkerExchange exchange, TaskCompletionSource left)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, exchange.Aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        left.TrySetResult();
    }

    /// <summary>A worker's bound of one, as it is kept at the wire: who has a place may enter it again under its name.</summary>
    private sealed class OneAtATime(Task release)
    {
        private readonly Lock _gate = new();
        private string? _holder;
        private int _entered;

        public int Running => Volatile.Read(ref _entered);

        public int Served { get; private set; }

        public int Refused { get; private set; }

        public async Task ServeAsync(WorkerExchange exchange)
        {
            if (!TryEnter(exchange))
            {
                if (exchange.Request.MayMove)
                {
                    Refused++;
                    await BusyAsync(exchange);
                    return;
                }

                await Patience.UntilAsync(() => TryEnter(exchange));
            }

            await release;
            await FakeWorker.CountAsync(exchange);
            Served++;
            Leave();
        }

        public async Task PlaceAsync(WorkerExchange exchange)
        {
            await Patience.UntilAsync(() => exchange.Aborted.IsCancellationRequested || TryEnter(exchange));

            if (!exchange.Aborted.IsCancellationRequested)
            {
                await GrantAsync(exchange, new TaskCompletionSource());
                Leave();
            }
        }

        private bool TryEnter(WorkerExchange exchange)
        {
            lock (_gate)
            {
                if (_holder is not null && _holder != exchange.Request.InvocationKey)
                {
                    return false;
                }

                _holder = exchange.Request.InvocationKey;
                _entered++;
                return true;
            }
        }

        private void Leave()
        {
            lock (_gate)
            {
                _holder = --_entered == 0 ? null : _holder;
            }
        }
    }
}
