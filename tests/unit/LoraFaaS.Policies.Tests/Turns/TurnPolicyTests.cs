using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Policies.Tests.Turns;

public sealed class TurnPolicyTests
{
    private const double Lead = 0.1;

    [Fact]
    public void Nobody_asks_nobody_goes() => Assert.Equal(-1, TurnPolicy.Choose([], Lead));

    [Fact]
    public void The_smallest_margin_goes_first()
    {
        Assert.Equal(1, TurnPolicy.Choose([Seeker(0, margin: 500, served: 0), Seeker(1, margin: 20, served: 0.05)], Lead));
    }

    [Fact]
    public void A_promise_that_can_still_be_kept_goes_before_one_that_is_broken_and_that_before_none()
    {
        Assert.Equal(1, TurnPolicy.Choose([Seeker(0, margin: -20, served: 0), Seeker(1, margin: 500, served: 0.05)], Lead));
        Assert.Equal(0, TurnPolicy.Choose([Seeker(0, margin: -20, served: 0), new(1, TimeSpan.MaxValue, 0.05, default)], Lead));
    }

    [Fact]
    public void A_namespace_that_is_ahead_waits_whatever_it_has_promised()
    {
        Assert.Equal(1, TurnPolicy.Choose([Seeker(0, margin: -5_000, served: 3), Seeker(1, margin: 60_000, served: 2)], Lead));
    }

    [Fact]
    public void Without_promises_the_least_served_goes()
    {
        var never = TimeSpan.MaxValue;
        Assert.Equal(2, TurnPolicy.Choose(
            [new(0, never, 0.07, default), new(1, never, 0.03, default), new(2, never, 0.01, default)], Lead));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_margins_say_nobody_is_served_more_than_a_turn_and_the_lead_beyond_the_least(int seed)
    {
        var random = new Random(seed);
        var served = new double[6];

        for (var i = 0; i < 5_000; i++)
        {
            // The first always presses hardest.
            var seekers = served.Select((had, slot) => new TurnSeeker(slot, TimeSpan.FromMilliseconds(slot == 0 ? -1_000 : random.Next(1_000)), had, default)).ToArray();
            var chosen = TurnPolicy.Choose(seekers, Lead);
            served[chosen] += random.NextDouble() * 0.05;

            Assert.InRange(served.Max() - served.Min(), 0, Lead + 0.05);
        }
    }

    private static TurnSeeker Seeker(int slot, int margin, double served) => new(slot, TimeSpan.FromMilliseconds(margin), served, default);
}
