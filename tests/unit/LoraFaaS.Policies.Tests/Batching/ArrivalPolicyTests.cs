using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class ArrivalPolicyTests
{
    [Theory]
    [InlineData(0, 1, false)]       // Nothing says how fast it comes.
    [InlineData(10, 10, false)]     // A tenth in 10 ms: 90 more.
    [InlineData(10, 6, true)]       // A tenth in 6 ms: 54 more.
    [InlineData(50, 100, false)]
    [InlineData(50, 60, true)]
    [InlineData(100, 5_000, true)]  // All of it, however long it took.
    public void A_prompt_begins_where_the_rest_comes_soon_at_the_pace_so_far(long there, int elapsedMs, bool may) =>
        Assert.Equal(may, ArrivalPolicy.MayBegin(there, 100, TimeSpan.FromMilliseconds(elapsedMs), TimeSpan.FromMilliseconds(60)));
}
