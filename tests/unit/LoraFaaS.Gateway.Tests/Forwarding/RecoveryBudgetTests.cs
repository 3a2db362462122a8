using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Forwarding;

public sealed class RecoveryBudgetTests
{
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
    public void Nothing_has_failed_at_first() => Assert.False(Budget().Recovering);

    [Fact]
    public void The_search_begins_at_once_then_pauses_longer_and_ends_with_the_window()
    {
        var budget = Budget();

        Assert.Equal(TimeSpan.Zero, budget.NextSearch());
        Assert.True(budget.Recovering);
        Assert.Equal(TimeSpan.FromMilliseconds(50), budget.NextSearch());
        Assert.Equal(TimeSpan.FromMilliseconds(100), budget.NextSearch());

        for (var i = 0; i < 10; i++)
        {
            Assert.True(budget.NextSearch() <= TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(budget.NextSearch());
    }

    private RecoveryBudget Budget() => new(TimeSpan.FromSeconds(20), _clock);
}
