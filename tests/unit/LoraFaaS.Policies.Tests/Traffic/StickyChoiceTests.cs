using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.Policies.Tests.Traffic;

public sealed class StickyChoiceTests
{
    private const int Calls = 20_000;

    [Theory]
    [InlineData(90, 10)]
    [InlineData(50, 50)]
    [InlineData(99, 1)]
    [InlineData(1, 99)]
    public void Shares_are_kept_within_five_standard_deviations(int first, int second)
    {
        var salt = StickyChoice.Salt("sentiment.openfaas-fn");
        var hits = Enumerable.Range(0, Calls).Count(call => StickyChoice.Choose([first, second], StickyChoice.Hash(salt, $"call-{call}")) == 1);
        var (expected, deviation) = (Calls * second / 100.0, Math.Sqrt(Calls * first * second / 10_000.0));

        Assert.InRange(hits, expected - (5 * deviation), expected + (5 * deviation));
    }

    [Fact]
    public void A_session_always_meets_the_same_revision()
    {
        var salt = StickyChoice.Salt("f.ns");

        Assert.Equal(StickyChoice.Hash(salt, "alice"), StickyChoice.Hash(StickyChoice.Salt("f.ns"), "alice"));
    }

    [Fact]
    public void A_growing_canary_only_gains_sessions()
    {
        var salt = StickyChoice.Salt("f.ns");
        var before = new HashSet<int>();

        for (var percent = 0; percent <= 100; percent += 10)
        {
            var now = Enumerable.Range(0, 2_000).Where(session => StickyChoice.Choose([100 - percent, percent], StickyChoice.Hash(salt, $"{session}")) == 1).ToHashSet();
            Assert.True(before.IsSubsetOf(now), $"at {percent}");
            before = now;
        }

        Assert.Equal(2_000, before.Count);
    }

    [Fact]
    public void Two_functions_try_their_canaries_on_different_sessions()
    {
        var (one, other) = (StickyChoice.Salt("one.ns"), StickyChoice.Salt("other.ns"));
        var both = Enumerable.Range(0, Calls).Count(session => IsCanary(one, session) && IsCanary(other, session));

        // A hundredth of them, not a tenth.
        Assert.InRange(both, Calls / 200, Calls / 50);

        static bool IsCanary(ulong salt, int session) => StickyChoice.Choose([90, 10], StickyChoice.Hash(salt, $"{session}")) == 1;
    }

    [Fact]
    public void The_hash_is_the_same_on_every_machine_and_in_every_release()
    {
        Assert.Equal(0xbe028bf325a38c89UL, StickyChoice.Hash(StickyChoice.Salt("sentiment.openfaas-fn"), "alice"));
    }
}
