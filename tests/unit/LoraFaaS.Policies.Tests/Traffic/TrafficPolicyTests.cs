using LoraFaaS.Contracts.Functions;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.Policies.Tests.Traffic;

public sealed class TrafficPolicyTests
{
    [Theory]
    [InlineData("", 1, 2, 10, "rev1=90 rev2=10")]
    [InlineData("latest=100", 3, 4, 25, "rev3=75 rev4=25")]
    [InlineData("rev1=90 rev2=10", 2, 3, 20, "rev1=72 rev2=8 rev3=20")]
    [InlineData("rev1=100", 5, 6, 50, "rev1=50 rev6=50")]
    [InlineData("rev1=90@stable latest=10@next", 2, 3, 10, "rev1=81 rev2=9 rev3=10 rev1=0@stable latest=0@next")]
    [InlineData("", 1, 2, 0, "rev1=100")]
    [InlineData("rev1=50 rev2=50", 2, 3, 100, "latest=100")]
    public void A_canary_takes_its_share_from_all_alike(string before, int newest, int next, int percent, string after) =>
        Assert.Equal(after, TrafficText.Write(TrafficPolicy.Canary(Read(before), newest, next, percent)));

    [Theory]
    [InlineData("", 2, "", null, "rev1=100")]
    [InlineData("rev1=90 rev2=10", 2, "", null, "rev1=100")]
    [InlineData("rev1=60 rev2=30 rev3=10", 3, "", null, "rev1=67 rev2=33")]
    [InlineData("", 3, "1 2", null, "rev1=100")]
    [InlineData("rev2=100", 3, "3 1", null, "rev1=100")]
    [InlineData("", 3, "", 1, "rev1=100")]
    [InlineData("latest=100 rev1=0@old", 3, "", 2, "rev2=100 rev1=0@old")]
    public void A_rollback_returns_to_what_served_before(string before, int newest, string retired, int? to, string after)
    {
        int[] left = [.. retired.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

        var move = Assert.IsType<TrafficMove.To>(TrafficPolicy.Rollback(Read(before), newest, left, [.. Enumerable.Range(1, newest)], to));

        Assert.Equal(after, TrafficText.Write(move.Targets));
    }

    [Theory]
    [InlineData("", 1, null)]
    [InlineData("rev1=100", 2, null)]
    [InlineData("", 2, 7)]
    public void There_is_not_always_something_to_return_to(string before, int newest, int? to) =>
        Assert.IsType<TrafficMove.Refused>(TrafficPolicy.Rollback(Read(before), newest, [], [.. Enumerable.Range(1, newest)], to));

    [Fact]
    public void Whatever_is_done_the_shares_are_a_hundred()
    {
        var random = new Random(20_261_121);

        for (var life = 0; life < 200; life++)
        {
            var (targets, newest) = ((IReadOnlyList<TrafficTarget>)[], 1);

            for (var step = 0; step < 20; step++)
            {
                targets = random.Next(4) switch
                {
                    0 => TrafficPolicy.Canary(targets, newest, ++newest, random.Next(101)),
                    1 => TrafficPolicy.ToNewest(targets),
                    2 when TrafficPolicy.Rollback(targets, newest, [], [.. Enumerable.Range(1, newest)], random.Next(2) == 0 ? null : random.Next(1, newest + 1))
                        is TrafficMove.To move => move.Targets,
                    _ => targets,
                };

                var known = newest;
                Assert.Equal(100, TrafficSplit.Shares(targets, newest).Sum(share => share.Percent));
                Assert.True(targets.Count is 0 or > TrafficSplit.MaxTargets || TrafficSplit.Check(targets, "f", number => number <= known) is null);
            }
        }
    }

    [Theory]
    [InlineData("rev1=90", "90 together")]
    [InlineData("rev1=101", "101")]
    [InlineData("rev7=100", "no revision 7")]
    [InlineData("rev1=50@a rev2=50@a", "twice")]
    [InlineData("rev1=100@-a", "a tag has")]
    [InlineData("rev1=100@A", "a tag has")]
    [InlineData("rev1=100@rev2", "already means")]
    [InlineData("rev1=100@latest", "already means")]
    [InlineData("rev1=100@7", "already means")]
    public void A_split_that_cannot_serve_is_refused_by_what_is_wrong(string text, string why) =>
        Assert.Contains(why, TrafficSplit.Check(Read(text), "f", number => number <= 2), StringComparison.Ordinal);

    [Theory]
    [InlineData("rev1=90 rev2=10@next")]
    [InlineData("latest=100")]
    [InlineData("rev12=0@old latest=100")]
    public void What_is_written_reads_the_same(string text) => Assert.Equal(text, TrafficText.Write(Read(text)));

    [Theory]
    [InlineData("f-00001=90,2=10%", "rev1=90 rev2=10")]
    [InlineData("1=100", "rev1=100")]
    public void Revisions_have_several_names(string text, string same) => Assert.Equal(same, TrafficText.Write(Read(text)));

    [Theory]
    [InlineData("")]
    [InlineData("=10")]
    [InlineData("rev1")]
    [InlineData("rev0=100")]
    [InlineData("g-00001=100")]
    [InlineData("rev1=ten")]
    [InlineData("rev1=-1")]
    [InlineData("rev1=99999999999")]
    public void What_is_no_split_is_said_so(string text) => Assert.NotNull(TrafficText.Read(text, "f", out _));

    [Theory]
    [InlineData("sentiment-00002", "sentiment", 2)]
    [InlineData("a-b-100000", "a-b", 100_000)]
    public void A_revisions_host_is_taken_apart(string label, string function, int number)
    {
        Assert.True(RevisionName.TrySplit(label, out var read, out var count));
        Assert.Equal((function, number), (read, count));
        Assert.Equal(label, RevisionName.Of(function, number));
    }

    [Theory]
    [InlineData("sentiment")]
    [InlineData("sentiment-2")]
    [InlineData("-00002")]
    [InlineData("a-00000")]
    public void Other_hosts_are_not(string label) => Assert.False(RevisionName.TrySplit(label, out _, out _));

    private static IReadOnlyList<TrafficTarget> Read(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        Assert.Null(TrafficText.Read(text, "f", out var targets));
        return targets;
    }
}
