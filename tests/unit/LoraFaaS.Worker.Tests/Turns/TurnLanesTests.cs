using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Turns;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Tests.Turns;

/// <summary>Two turns at once, half of the threads each.</summary>
public sealed class TurnLanesTests
{
    [Fact]
    public async Task Two_have_half_of_the_device_each_and_one_alone_has_all()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        first.Take();
        await UntilAsync(() => first is { Turns.Threads: 2, Place.Grant.Standing: true });

        // What the first runs with all threads is not disturbed; with its end both go on.
        var taking = Task.Run(second.Take);
        await UntilAsync(() => !first.Place.Grant.Standing);
        Assert.False(taking.IsCompleted);
        await first.EndTurnAsync();
        await Patience.ForAsync(taking);
        await Patience.ForAsync(Task.Run(first.Take));
        Assert.Equal((1, 1), (first.Turns.Threads, second.Turns.Threads));
        await UntilAsync(() => first.Place.Grant.Standing && second.Place.Grant.Standing);

        second.Turns.Rest();
        await UntilAsync(() => first.Turns.Threads == 2);
        Assert.True(first.Turns.HoldsTurn);
    }

    [Fact]
    public async Task A_third_has_the_turn_of_whichever_ends_first()
    {
        using var arbiter = Arbiter();
        using var first = new Stepper(arbiter, "a");
        using var second = new Stepper(arbiter, "b");
        using var third = new Stepper(arbiter, "c");
        await TakeBothAsync(first, second);
        var taking = Task.Run(third.Take);
        await UntilAsync(() => !first.Place.Grant.Standing && !second.Place.Grant.Standing);
        Assert.False(taking.IsCompleted);

        // Named behind one of the two, and the other ends.
        var named = first.Place.Grant.Turn == third.Place.Succession.Before ? first : second;
        (named == first ? second : first).Turns.Rest();

        await Patience.ForAsync(taking);
        Assert.True(named.Turns.HoldsTurn);
        Assert.Equal(1, third.Turns.Threads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_three_step_at_once_and_everybody_steps(bool seesOthers)
    {
        using var arbiter = Arbiter();
        Assert.Equal(0, await Stepper.OvercommitsAsync(arbiter, count: 5, seesOthers, capacity: 2, stepper => stepper.Turns.Threads ?? 2));
    }

    private static async Task TakeBothAsync(Stepper first, Stepper second)
    {
        first.Take();
        var taking = Task.Run(second.Take);
        await UntilAsync(() => !first.Place.Grant.Standing);
        await first.EndTurnAsync();
        await Patience.ForAsync(taking);
        await Patience.ForAsync(Task.Run(first.Take));
        await UntilAsync(() => first.Place.Grant.Standing && second.Place.Grant.Standing);
    }

    private static TurnArbiter Arbiter() => new(
        Options.Create(new WorkerOptions { TurnLimit = TimeSpan.FromMinutes(5), TurnLanes = 2, Threads = 2 }), TimeProvider.System, NullLogger<TurnArbiter>.Instance);

    private static Task UntilAsync(Func<bool> holds) => Patience.UntilAsync(holds);
}
