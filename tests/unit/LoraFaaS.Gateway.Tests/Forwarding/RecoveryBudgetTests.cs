using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Forwarding;

public sealed class RecoveryBudgetTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_refusal_is_replaced_once_and_a_broken_stream_resumed_once()
    {
        var budget = Budget();

        Assert.True(budget.TryReplace());
        Assert.False(budget.TryReplace());
        Assert.True(budget.TryResume());
        Assert.False(budget.TryResume());
        Assert.Equal(2, budget.Spent);
    }

    [Fact]
    public void Nothing_has_failed_at_first() => Assert.False(Budget().Lost);

    [Fact]
    public void The_search_begins_at_once_then_pauses_longer_and_ends_with_the_window()
    {
        var budget = Budget();

        Assert.Equal(TimeSpan.Zero, budget.NextSearch(Window));
        Assert.Equal(TimeSpan.FromMilliseconds(50), budget.NextSearch(Window));
        Assert.Equal(TimeSpan.FromMilliseconds(100), budget.NextSearch(Window));

        for (var i = 0; i < 10; i++)
        {
            Assert.True(budget.NextSearch(Window) <= TimeSpan.FromSeconds(1));
        }

        _clock.Advance(Window);
        Assert.Null(budget.NextSearch(Window));
    }

    private RecoveryBudget Budget() => new(_clock);
}
