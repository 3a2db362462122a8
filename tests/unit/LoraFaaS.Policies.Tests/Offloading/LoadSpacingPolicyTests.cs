using LoraFaaS.Policies.Offloading;

namespace LoraFaaS.Policies.Tests.Offloading;

public sealed class LoadSpacingPolicyTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Loads_one_after_the_other_are_under_way_in_that_share_of_the_time() =>
        Assert.Equal(Now + TimeSpan.FromMilliseconds(60), LoadSpacingPolicy.NextAt(Now, TimeSpan.Zero, Took, share: 0.25));

    [Fact]
    public void Loads_that_ended_together_owe_together()
    {
        var first = LoadSpacingPolicy.NextAt(Now, TimeSpan.Zero, Took, share: 0.25);

        Assert.Equal(Now + TimeSpan.FromMilliseconds(120), LoadSpacingPolicy.NextAt(Now, first, Took, share: 0.25));
    }

    [Fact]
    public void What_was_owed_long_ago_is_paid() =>
        Assert.Equal(Now + TimeSpan.FromMilliseconds(60), LoadSpacingPolicy.NextAt(Now, Now - TimeSpan.FromSeconds(1), Took, share: 0.25));

    [Fact]
    public void All_of_the_time_means_no_waiting() => Assert.Equal(Now, LoadSpacingPolicy.NextAt(Now, TimeSpan.Zero, TimeSpan.FromSeconds(30), share: 1));

    [Fact]
    public void Nobody_waits_longer_than_the_limit_whatever_was_loaded_before() =>
        Assert.Equal(Now + LoadSpacingPolicy.Longest, LoadSpacingPolicy.NextAt(Now, Now + LoadSpacingPolicy.Longest, TimeSpan.FromSeconds(30), share: 0.05));
}
