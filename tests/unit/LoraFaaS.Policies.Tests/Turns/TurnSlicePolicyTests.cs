using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Policies.Tests.Turns;

public sealed class TurnSlicePolicyTests
{
    private static readonly TimeSpan Never = TimeSpan.MaxValue;

    [Fact]
    public void Alone_a_step_takes_what_it_takes() => Assert.Null(TurnSlicePolicy.Step([]));

    [Fact]
    public void One_who_has_promised_bounds_the_step_before_its_next_call_comes() =>
        Assert.Equal(TimeSpan.FromMilliseconds(50), TurnSlicePolicy.Step([new(IsWaiting: false, Never, TimeSpan.FromMilliseconds(200)), new(false, Never, TimeSpan.FromSeconds(2))]));

    [Theory]
    [InlineData(200, 100)]
    [InlineData(100, 100)]
    [InlineData(201, 50)]
    public void One_who_has_promised_as_little_has_more_of_it(int own, int longest) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(longest),
            TurnSlicePolicy.Step([new(IsWaiting: true, Never, TimeSpan.FromMilliseconds(200)), new(false, Never, TimeSpan.FromSeconds(2))], TimeSpan.FromMilliseconds(own)));

    [Fact]
    public void One_who_waits_without_a_promise_is_not_kept_for_long() =>
        Assert.Equal(TurnSlicePolicy.LongestContended, TurnSlicePolicy.Step([new(IsWaiting: true, Never, null), new(false, Never, null)]));

    [Fact]
    public void No_promise_makes_a_step_shorter_than_is_worth_its_weights() =>
        Assert.Equal(TurnSlicePolicy.LeastStep, TurnSlicePolicy.Step([new(IsWaiting: true, TimeSpan.Zero, TimeSpan.FromMilliseconds(1))]));

    [Fact]
    public void A_turn_goes_on_for_a_moment_unless_one_who_waits_cannot_spare_it()
    {
        Assert.Equal(TurnSlicePolicy.Quantum, TurnSlicePolicy.Turn([new(IsWaiting: true, Never, null), new(true, TimeSpan.FromSeconds(1), null)], TurnSlicePolicy.Quantum));
        Assert.Equal(TimeSpan.FromMilliseconds(1), TurnSlicePolicy.Turn([new(IsWaiting: true, TimeSpan.FromMilliseconds(4), null)], TurnSlicePolicy.Quantum));
        Assert.Equal(TimeSpan.Zero, TurnSlicePolicy.Turn([new(IsWaiting: true, TimeSpan.Zero, null)], TurnSlicePolicy.Quantum));
    }

    [Fact]
    public void One_who_is_late_already_or_does_not_wait_shortens_no_turn() =>
        Assert.Equal(TurnSlicePolicy.Quantum, TurnSlicePolicy.Turn([new(IsWaiting: true, TimeSpan.FromMilliseconds(-30), null), new(false, TimeSpan.Zero, null)], TurnSlicePolicy.Quantum));
}
