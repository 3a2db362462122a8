using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class BatchProfileTests
{
    [Fact]
    public void An_unseen_profile_is_the_papers_default_and_says_it_is_a_guess()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(400), BatchProfile.Unseen.T0);
        Assert.Equal(TimeSpan.FromMilliseconds(550), BatchProfile.Unseen.TimeOf(4));
        Assert.Equal(0, BatchProfile.Unseen.Observations);
    }

    [Fact]
    public void A_steady_machine_is_learnt()
    {
        var profile = BatchProfile.Unseen;

        for (var i = 0; i < 200; i++)
        {
            var batch = (i % 8) + 1;
            profile = profile.Observe(batch, TimeSpan.FromMilliseconds(20 + (3 * (batch - 1))));
        }

        Assert.Equal(20, profile.T0.TotalMilliseconds, tolerance: 0.5);
        Assert.Equal(3, profile.Alpha.TotalMilliseconds, tolerance: 0.1);
    }

    [Fact]
    public void A_changed_machine_is_learnt_anew()
    {
        var profile = BatchProfile.Unseen;

        for (var i = 0; i < 200; i++)
        {
            profile = profile.Observe((i % 4) + 1, TimeSpan.FromMilliseconds(10));
        }

        for (var i = 0; i < 400; i++)
        {
            profile = profile.Observe((i % 4) + 1, TimeSpan.FromMilliseconds(80));
        }

        Assert.Equal(80, profile.T0.TotalMilliseconds, tolerance: 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_history_makes_a_time_negative(int seed)
    {
        var random = new Random(seed);
        var profile = BatchProfile.Unseen;

        for (var i = 0; i < 2_000; i++)
        {
            profile = profile.Observe(random.Next(1, 64), TimeSpan.FromMilliseconds(random.NextDouble() * 1_000));

            Assert.True(profile.T0 >= TimeSpan.Zero);
            Assert.True(profile.Alpha >= TimeSpan.Zero);
        }
    }
}
