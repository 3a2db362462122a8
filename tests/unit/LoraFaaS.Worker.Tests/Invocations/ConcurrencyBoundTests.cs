using Google.Protobuf;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Tests.Invocations;

public sealed class ConcurrencyBoundTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Who_comes_over_the_bound_waits_in_the_order_it_came()
    {
        var bound = Bound();
        var first = await bound.EnterAsync(Invocation("a"), Abort());
        var second = bound.EnterAsync(Invocation("b"), Abort()).AsTask();
        var third = bound.EnterAsync(Invocation("c"), Abort()).AsTask();
        Assert.False(second.IsCompleted || third.IsCompleted);

        Held(first).Dispose();
        Held(await Patience.ForAsync(second)).Dispose();
        Held(await Patience.ForAsync(third)).Dispose();
    }

    [Fact]
    public async Task The_wait_is_in_the_queues_time()
    {
        var bound = Bound();
        var first = await bound.EnterAsync(Invocation("a"), Abort());
        var waits = Invocation("b");
        var second = bound.EnterAsync(waits, Abort()).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(300));
        Held(first).Dispose();
        await Patience.ForAsync(second);

        Assert.Equal(TimeSpan.FromMilliseconds(300), waits.QueueTime);
    }

    [Fact]
    public async Task Several_generations_of_one_invocation_take_one_place()
    {
        var bound = Bound();
        var one = Held(await bound.EnterAsync(Invocation("a"), Abort()));
        var two = Held(await bound.EnterAsync(Invocation("a"), Abort()));
        var other = bound.EnterAsync(Invocation("b"), Abort()).AsTask();

        one.Dispose();
        one.Dispose();
        Assert.False(other.IsCompleted);
        two.Dispose();
        Held(await Patience.ForAsync(other)).Dispose();
    }

    [Fact]
    public async Task Functions_without_a_bound_and_other_functions_wait_for_nobody()
    {
        var bound = Bound();
        Held(await bound.EnterAsync(Invocation("a"), Abort()));

        Assert.NotNull(Held(await bound.EnterAsync(Invocation("b", function: "other"), Abort())));
        Assert.Null(Assert.IsType<Loading<IDisposable?>.Ready>(await bound.EnterAsync(Invocation("c", most: 0), Abort())).Value);
    }

    [Fact]
    public async Task Who_leaves_the_line_is_told_why_and_is_not_waited_for()
    {
        var bound = Bound();
        var first = Held(await bound.EnterAsync(Invocation("a"), Abort()));
        var late = bound.EnterAsync(Invocation("b"), Abort(TimeSpan.FromSeconds(2))).AsTask();
        var third = bound.EnterAsync(Invocation("c"), Abort()).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(3));

        var problem = Assert.IsType<Loading<IDisposable?>.Failed>(await Patience.ForAsync(late)).Problem;
        Assert.Equal(ErrorCode.DeadlineExceeded, problem.Code);
        Assert.Contains("queue", problem.Message, StringComparison.Ordinal);
        first.Dispose();
        Held(await Patience.ForAsync(third)).Dispose();
    }

    [Fact]
    public async Task A_full_line_refuses_with_the_time_to_come_back()
    {
        var bound = Bound(line: 1);
        Held(await bound.EnterAsync(Invocation("a"), Abort()));
        _ = bound.EnterAsync(Invocation("b"), Abort()).AsTask();

        var problem = Assert.IsType<Loading<IDisposable?>.Failed>(await bound.EnterAsync(Invocation("c"), Abort())).Problem;
        Assert.Equal(ErrorCode.QueueFull, problem.Code);
        Assert.NotNull(problem.RetryAfter);
    }

    [Fact]
    public async Task Who_may_move_is_told_at_once_that_there_is_no_place_and_stands_in_no_line()
    {
        var bound = Bound();
        var first = Held(await bound.EnterAsync(Invocation("a"), Abort()));
        Held(await bound.EnterAsync(Invocation("a", mayMove: true), Abort())).Dispose();

        var problem = Assert.IsType<Loading<IDisposable?>.Failed>(await bound.EnterAsync(Invocation("b", mayMove: true), Abort())).Problem;
        Assert.Equal(ErrorCode.WorkerBusy, problem.Code);
        Assert.NotNull(problem.RetryAfter);

        first.Dispose();
        Held(await bound.EnterAsync(Invocation("c", mayMove: true), Abort()));
    }

    /// <summary>Whoever comes and goes in whatever order: never more distinct invocations at once than the bound, and nobody waits beside a free place.</summary>
    [Fact]
    public void No_order_of_coming_and_going_breaks_the_bound()
    {
        var random = new Random(11);

        for (var run = 0; run < 200; run++)
        {
            var line = new ConcurrencyLine { Most = random.Next(1, 4) };
            var inside = new List<ConcurrencyPlace>();

            for (var step = 0; step < 100; step++)
            {
                if (inside.Count > 0 && random.Next(2) == 0)
                {
                    var leaving = inside[random.Next(inside.Count)];
                    inside.Remove(leaving);
                    line.Leave(leaving);
                }
                else
                {
                    inside.Add(line.Enter("k" + random.Next(8)));
                }

                var running = inside.Where(place => place.IsGranted).Distinct().Count();
                Assert.InRange(running, 0, line.Most);
                Assert.True(running == line.Most || line.Waiting == 0);
            }

            inside.ForEach(line.Leave);
            Assert.True(line.IsIdle);
        }
    }

    private static IDisposable Held(Loading<IDisposable?> entered) => Assert.IsType<Loading<IDisposable?>.Ready>(entered).Value!;

    private static Invocation Invocation(string key, int most = 1, string function = "sentiment", bool mayMove = false) => Assert.IsType<Loading<Invocation>.Ready>(InvocationReader.Read(
        new GenerateRequest
        {
            Revision = new RevisionRef
            {
                Namespace = "openfaas-fn", Function = function, Number = 1, BackboneDigest = Digest.OfBytes([1]).Value, TrustDomain = "openfaas-fn", MaxConcurrent = most,
            },
            Prompt = new Prompt { UserText = "hello" },
            Sampling = new Sampling { MaxTokens = 8 },
            InvocationKey = key,
            MayMove = mayMove,
        }.ToByteArray(),
        "call-1", TimeSpan.FromSeconds(2), 0, DateTimeOffset.UnixEpoch)).Value;

    private ConcurrencyBound Bound(int line = 100) => new(Options.Create(new BatchOptions { QueueLength = line }), _clock);

    private InvocationAbort Abort(TimeSpan? limit = null) => new(limit ?? TimeSpan.FromMinutes(5), _clock, CancellationToken.None, CancellationToken.None);
}
