using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Protocol.Turns;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Tests.Turns;

public sealed class TurnArbiterTests
{
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    public async Task No_two_step_at_once_and_everybody_steps(bool seesOthers, int threads)
    {
        using var arbiter = Arbiter(threads: threads);
        Assert.Equal(0, await Stepper.OvercommitsAsync(arbiter, count: 4, seesOthers, capacity: 1, _ => 1));
    }

    [Fact]
    public async Task Alone_it_keeps_its_turn_and_gives_it_up_when_another_comes()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        await UntilAsync(() => first.Place.Grant.Standing);
        first.Turns.StepDone();
        Assert.True(first.Turns.HoldsTurn);

        var taking = Task.Run(second.Take);
        await UntilAsync(() => !first.Place.Grant.Standing);
        Assert.False(taking.IsCompleted);

        await first.EndTurnAsync();

        await Patience.ForAsync(taking);
    }

    [Fact]
    public async Task A_turn_goes_on_for_a_few_steps_that_others_can_spare_and_not_for_one_that_presses()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        var taking = Task.Run(second.Take);
        await UntilAsync(() => !first.Place.Grant.Standing);
        Assert.Equal((uint)TurnSlicePolicy.Quantum.TotalMicroseconds, first.Place.Slice.Turn);
        Assert.Equal(TurnSlicePolicy.LongestContended, first.Turns.LongestStep);

        using var promise = second.Member.Promise(TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(40), 1);
        first.Turns.Rest();
        await Patience.ForAsync(taking);

        // Who is there and has promised bounds the others' steps though it does not wait.
        second.Turns.Rest();
        first.Take();
        await UntilAsync(() => first.Turns.LongestStep == TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public async Task One_that_presses_goes_before_one_that_was_named_earlier()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        using var third = new Stepper(arbiter, "c");
        first.Take();
        var plain = Task.Run(second.Take);
        await UntilAsync(() => !second.Place.Succession.IsNone);

        using var promise = third.Member.Promise(long.MaxValue / 2, TimeSpan.FromMinutes(1), 1);
        var pressing = Task.Run(third.Take);
        await UntilAsync(() => !third.Place.Succession.IsNone && second.Place.Succession.IsNone);
        first.Turns.Rest();
        await Patience.ForAsync(pressing);
        Assert.False(plain.IsCompleted);

        third.Turns.Rest();
        await Patience.ForAsync(plain);
    }

    [Fact]
    public async Task A_turn_that_rests_goes_to_who_wants_one()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        await UntilAsync(() => first.Place.Grant.Standing);
        first.Turns.Rest();
        Assert.True(first.Turns.TryTake());
        first.Turns.Rest();

        await Patience.ForAsync(Task.Run(second.Take));
    }

    [Fact]
    public async Task One_that_is_gone_has_lost_its_turn()
    {
        using var arbiter = Arbiter();
        var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        var taking = Task.Run(second.Take);

        first.Dispose();

        await Patience.ForAsync(taking);
    }

    [Fact]
    public async Task One_that_hangs_loses_its_turn_after_the_limit_and_waits_for_the_next_like_everybody()
    {
        using var arbiter = Arbiter(TimeSpan.FromMilliseconds(50));
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();

        await Patience.ForAsync(Task.Run(second.Take));

        first.Turns.StepDone();
        Assert.False(first.Turns.HoldsTurn);
        second.Turns.StepDone();
        await Patience.ForAsync(Task.Run(first.Take));
    }

    [Fact]
    public async Task A_sandbox_that_lies_takes_nobody_elses_turn()
    {
        // Longer than a loaded machine keeps a thread from its processor: one that is past it has lost its turn, and then two may step at once.
        using var arbiter = Arbiter(TimeSpan.FromSeconds(3));
        using var liar = new Stepper(arbiter, "liar");
        using var stop = new CancellationTokenSource();
        var (inside, together, steps) = (0, 0, 0);
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        var lying = Task.Factory.StartNew(
            () =>
            {
                var random = new Random(1);

                while (!stop.IsCancellationRequested)
                {
                    liar.Place.Word.Write(TurnPages.Word, (uint)random.NextInt64());
                    LoraFaaS.Linux.Synchronization.Futex.Wake(liar.Place.Word, TurnPages.Word);
                    Thread.SpinWait(2_000);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        var running = new[] { first, second }.Select(stepper => stepper.RunAsync(
            () =>
            {
                if (Interlocked.Increment(ref inside) > 1)
                {
                    Interlocked.Increment(ref together);
                }

                Interlocked.Decrement(ref inside);

                if (Interlocked.Increment(ref steps) == 500)
                {
                    stop.Cancel();
                }
            },
            stop.Token)).ToList();
        await Patience.ForAsync(Task.WhenAll([lying, .. running]));

        Assert.Equal(0, together);
    }

    [Fact]
    public async Task Nobody_can_write_the_worker_s_page_nor_another_s_word()
    {
        using var arbiter = Arbiter();
        using var stepper = new Stepper(arbiter, "a");
        using var other = new Stepper(arbiter, "b");

        // Turns have gone round, so that both have been seen to have joined.
        stepper.Take();
        var taking = Task.Run(other.Take);
        await UntilAsync(() => !stepper.Place.Grant.Standing);

        await stepper.EndTurnAsync();
        await Patience.ForAsync(taking);

        foreach (var page in new[] { stepper.Member.GrantPage, stepper.Member.WordPage })
        {
            using var descriptor = page.Duplicate();
            var failure = Assert.Throws<LinuxException>(() => MappedMemory.OfFile(descriptor, SharedPage.Bytes, MemoryAccess.Read | MemoryAccess.Write));
            Assert.Equal(Errno.NotPermitted, failure.Errno);
            Assert.ThrowsAny<Exception>(() => RandomAccess.Write(descriptor, [1], 0));
        }
    }

    [Fact]
    public async Task When_the_arbiter_ends_everybody_runs_as_it_likes()
    {
        var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        var taking = Task.Run(second.Take);

        arbiter.Dispose();

        await Patience.ForAsync(taking);
    }

    private static TurnArbiter Arbiter(TimeSpan? limit = null, int lanes = 1, int threads = 2) => new(
        Options.Create(new WorkerOptions { TurnLimit = limit ?? TimeSpan.FromSeconds(30), TurnLanes = lanes, Threads = threads }), TimeProvider.System, NullLogger<TurnArbiter>.Instance);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Yield();
        }
    }
}
