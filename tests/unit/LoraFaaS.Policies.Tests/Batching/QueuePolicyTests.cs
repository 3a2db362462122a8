using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class QueuePolicyTests
{
    [Fact]
    public void A_guess_refuses_nobody_but_a_passed_deadline_does()
    {
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(Snapshot(BatchProfile.Unseen, timeLeft: 1, running: 100)));
        Assert.IsType<QueueVerdict.TooLate>(QueuePolicy.Judge(Snapshot(BatchProfile.Unseen, timeLeft: 0)));
    }

    [Fact]
    public void A_deadline_that_even_an_idle_device_misses_is_too_late()
    {
        Assert.IsType<QueueVerdict.TooLate>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 50)));
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 200, running: 2)));
    }

    [Fact]
    public void One_that_contention_breaks_is_told_when_to_come_back()
    {
        var over = Assert.IsType<QueueVerdict.Overloaded>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 200, running: 2, contenders: 3)));

        // M·T(3) = 3 · 120 ms.
        Assert.Equal(360, over.Expected.TotalMilliseconds, 5.0);
        Assert.Equal(160, over.RetryAfter.TotalMilliseconds, 5.0);
    }

    [Fact]
    public void A_promise_refuses_under_load_and_not_after_a_cold_start_that_used_it_up()
    {
        var full = Snapshot(Learnt(), timeLeft: 10_000, sloLeft: 150, running: 4) with { Slots = 4, Residence = TimeSpan.FromSeconds(2) };
        Assert.IsType<QueueVerdict.Overloaded>(QueuePolicy.Judge(full));
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 10_000, sloLeft: 40)));
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 10_000, sloLeft: 150, running: 3)));
    }

    [Fact]
    public void An_estimate_refuses_nobody_while_a_place_is_free_or_it_could_never_be_put_right() =>
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(Snapshot(Learnt(), timeLeft: 10_000, sloLeft: 150, running: 3, contenders: 20)));

    [Fact]
    public void Who_waits_for_a_slot_waits_for_its_share_of_a_residence()
    {
        var full = Snapshot(Learnt(), timeLeft: 10_000, running: 4) with { Slots = 4, Waiting = 3, Residence = TimeSpan.FromSeconds(2) };

        Assert.Equal(2_000 + 130, QueuePolicy.FirstToken(full).TotalMilliseconds, 5.0);
    }

    [Fact]
    public void A_free_place_is_worth_nothing_where_those_who_have_one_are_seen_to_wait()
    {
        // Slots enough, but memory for fewer: six wait, and a first token comes each 100 ms.
        var pace = Enumerable.Range(0, 100).Aggregate(new FirstTokenPace(), (seen, _) => seen.Observe(TimeSpan.FromMilliseconds(100), 1));
        var stuck = Snapshot(Learnt(), timeLeft: 10_000, sloLeft: 500, running: 10) with { Ahead = 6, Pending = TimeSpan.FromMilliseconds(400), Pace = pace };

        Assert.Equal(700, QueuePolicy.FirstToken(stuck).TotalMilliseconds, 5.0);
        Assert.Equal(200, Assert.IsType<QueueVerdict.Overloaded>(QueuePolicy.Judge(stuck)).RetryAfter.TotalMilliseconds, 5.0);
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(stuck with { Ahead = 3 }));
        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(stuck with { Pending = TimeSpan.FromMilliseconds(150) }));
    }

    [Fact]
    public void A_few_that_come_together_are_let_in_whatever_a_young_worker_believes()
    {
        // Alone 100 ms of a promised second; the first of four has waited for three of them, and first tokens came slowly while the code was compiled.
        var young = new FirstTokenPace().Observe(TimeSpan.FromMilliseconds(450), 1);
        var together = Snapshot(Learnt(), timeLeft: 60_000, sloLeft: 1_000, running: 3) with { Ahead = 3, Pending = TimeSpan.FromMilliseconds(300), Pace = young };

        Assert.IsType<QueueVerdict.Enter>(QueuePolicy.Judge(together));
        Assert.IsType<QueueVerdict.Overloaded>(QueuePolicy.Judge(together with { Pending = TimeSpan.FromMilliseconds(600) }));
    }

    [Fact]
    public void What_was_learnt_in_a_crowd_alone_does_not_make_every_promise_one_that_nobody_could_keep()
    {
        var crowd = BatchProfile.Unseen.Observe(1, TimeSpan.FromMilliseconds(100));

        for (var i = 0; i < 500; i++)
        {
            crowd = crowd.Observe(32, TimeSpan.FromSeconds(4));
        }

        Assert.Equal(100, crowd.Alone.TotalMilliseconds, 1.0);
        var full = Snapshot(crowd, timeLeft: 60_000, sloLeft: 1_000, running: 32) with { Waiting = 3, Residence = TimeSpan.FromSeconds(8) };
        Assert.IsType<QueueVerdict.Overloaded>(QueuePolicy.Judge(full));
    }

    [Fact]
    public void A_pace_is_that_of_the_last_first_tokens_however_many_came_together()
    {
        var pace = new FirstTokenPace().Observe(TimeSpan.FromMilliseconds(400), 4);
        Assert.Equal(100, pace.Each.TotalMilliseconds, 3);

        for (var i = 0; i < 60; i++)
        {
            pace = pace.Observe(TimeSpan.FromMilliseconds(160), 8);
        }

        Assert.Equal(20, pace.Each.TotalMilliseconds, 1.0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void More_load_never_shortens_the_estimate(int seed)
    {
        var random = new Random(seed);

        for (var i = 0; i < 1_000; i++)
        {
            var less = Snapshot(Learnt(), 1_000, running: random.Next(8), contenders: 1 + random.Next(4)) with
            {
                Slots = 8, Waiting = random.Next(20), Residence = TimeSpan.FromMilliseconds(random.Next(3_000)),
            };

            Assert.True(QueuePolicy.FirstToken(less) <= QueuePolicy.FirstToken(less with { Waiting = less.Waiting + 1 }));
            Assert.True(QueuePolicy.FirstToken(less) <= QueuePolicy.FirstToken(less with { Contenders = less.Contenders + 1 }));
        }
    }

    /// <summary>100 ms for one, 10 ms for each further.</summary>
    private static BatchProfile Learnt()
    {
        var profile = BatchProfile.Unseen;

        for (var i = 0; i < 200; i++)
        {
            profile = profile.Observe((i % 4) + 1, TimeSpan.FromMilliseconds(100 + (10 * (i % 4))));
        }

        return profile;
    }

    private static QueueSnapshot Snapshot(BatchProfile profile, int timeLeft, int? sloLeft = null, int running = 0, int contenders = 1) => new()
    {
        TimeLeft = TimeSpan.FromMilliseconds(timeLeft),
        SloLeft = sloLeft is { } slo ? TimeSpan.FromMilliseconds(slo) : null,
        Running = running,
        Waiting = 0,
        Slots = 32,
        Contenders = contenders,
        Residence = TimeSpan.Zero,
        Profile = profile,
    };
}
