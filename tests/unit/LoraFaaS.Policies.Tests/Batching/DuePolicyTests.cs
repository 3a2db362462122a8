using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class DuePolicyTests
{
    private const long Promised = 1_000;
    private const long Takes = 100;

    [Theory]
    [InlineData(1_000, 900, 1_000)]
    [InlineData(1_000, 901, 2_000)]
    [InlineData(1_000, 1_900, 2_000)]
    [InlineData(1_000, 1_901, 3_000)]
    public void Who_cannot_be_in_time_any_more_counts_as_one_that_comes_anew(long due, long now, long counts) =>
        Assert.Equal(counts, DuePolicy.Of(due, Promised, now, Takes));

    [Fact]
    public void What_takes_longer_than_was_promised_keeps_its_place() => Assert.Equal(1_000, DuePolicy.Of(1_000, Promised, 5_000, Promised));

    [Fact]
    public void The_instant_can_be_kept_and_is_no_further_than_a_promise_away()
    {
        var random = new Random(5);

        for (var i = 0; i < 10_000; i++)
        {
            var (due, promised, now) = (random.Next(100_000), random.Next(1, 5_000), random.Next(200_000));
            var expected = random.Next(promised);
            var counts = DuePolicy.Of(due, promised, now, expected);

            Assert.True(counts >= now + expected);
            Assert.True(counts == due || counts < now + expected + promised);
        }
    }

    /// <summary>A fifth more comes than can be computed: by due instants alone each is served when it can just no longer be in time.</summary>
    [Fact]
    public void An_overload_breaks_what_it_must_and_not_every_promise()
    {
        var (alone, behind) = (Serve(every: 80, until: 60_000, isPolicy: false), Serve(every: 80, until: 60_000, isPolicy: true));

        Assert.InRange(alone.Kept, 0, 0.1);
        Assert.InRange(behind.Kept, 0.7, 0.85);
        Assert.InRange(behind.Served, alone.Served, 1);
    }

    [Fact]
    public void Nobody_is_left_behind_when_the_overload_is_over() => Assert.Equal(1, Serve(every: 80, until: 5_000, isPolicy: true, served: 10_000).Served);

    /// <summary>One prompt after the other, the earliest due first. Answers the shares of those that came which were in time, and which were served at all.</summary>
    private static (double Kept, double Served) Serve(long every, long until, bool isPolicy, long? served = null)
    {
        var (waiting, kept, done, came) = (new List<long>(), 0, 0, 0);

        for (var now = 0L; now < (served ?? until); now += Takes)
        {
            while (came * every <= now && came * every < until)
            {
                waiting.Add((came++ * every) + Promised);
            }

            if (waiting.Count == 0)
            {
                continue;
            }

            var next = waiting.MinBy(due => isPolicy ? DuePolicy.Of(due, Promised, now, Takes) : due);
            waiting.Remove(next);
            done++;
            kept += next >= now + Takes ? 1 : 0;
        }

        return (kept / (double)came, done / (double)came);
    }
}
