using LoraFaaS.Policies.Preloading;

namespace LoraFaaS.Policies.Tests.Preloading;

public sealed class RevisionShareTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.999)]
    [InlineData(1)]
    public void Shares_of_a_split_miss_together_what_the_whole_misses(double whole)
    {
        Assert.Equal(whole, RevisionShare.Of(whole, 1));
        Assert.Equal(0, RevisionShare.Of(whole, 0), 12);
        Assert.Equal(1 - whole, (1 - RevisionShare.Of(whole, 0.9)) * (1 - RevisionShare.Of(whole, 0.1)), 12);
        Assert.InRange(RevisionShare.Of(whole, 0.25), 0, whole);
    }
}
