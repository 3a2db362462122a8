using LoraFaaS.Gateway.Admission;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Admission;

public sealed class CallBoundTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void One_that_is_full_refuses_its_own_and_nobody_elses()
    {
        var calls = new CallBound<string>(2, _clock);
        var first = calls.TryEnter("a")!;
        Assert.NotNull(calls.TryEnter("a"));

        Assert.Null(calls.TryEnter("a"));
        Assert.True(calls.IsFull("a"));
        Assert.NotNull(calls.TryEnter("b"));

        first.Dispose();
        first.Dispose();
        Assert.Equal(1, calls.Of("a"));
        Assert.NotNull(calls.TryEnter("a"));
    }

    [Fact]
    public void The_time_to_come_back_grows_with_the_calls_length_and_with_those_who_were_told_before()
    {
        var calls = new CallBound<string>(1, _clock);

        for (var i = 0; i < 200; i++)
        {
            var share = calls.TryEnter("slow")!;
            _clock.Advance(TimeSpan.FromSeconds(4));
            share.Dispose();
        }

        Assert.NotNull(calls.TryEnter("slow"));
        Assert.Equal(4, calls.RetryAfter("slow").TotalSeconds, 1);
        Assert.Equal(8, calls.RetryAfter("slow").TotalSeconds, 1);
        Assert.Equal(1, calls.RetryAfter("unheard of").TotalSeconds, 1);
    }

    [Fact]
    public void Nobody_is_sent_away_for_long_after_a_quiet_hour_or_a_moments_standstill()
    {
        var calls = new CallBound<string>(2, _clock);
        var ran = TimeSpan.FromMilliseconds(40);

        void Serve(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var first = calls.TryEnter("worker")!;
                using var second = calls.TryEnter("worker")!;
                _clock.Advance(ran);
            }
        }

        Serve(100);
        _clock.Advance(TimeSpan.FromHours(1));
        Serve(1);

        var stuck = new[] { calls.TryEnter("worker")!, calls.TryEnter("worker")! };
        var told = Enumerable.Range(0, 50).Select(_ => calls.RetryAfter("worker")).ToList();
        Assert.InRange(told[^1], TimeSpan.FromSeconds(1), 50 * 2 * ran);

        // It stands still for 3 s and goes on: the time of those who were told has come, and its pace is what it was.
        _clock.Advance(TimeSpan.FromSeconds(3));
        Array.ForEach(stuck, share => share.Dispose());
        Serve(1);
        using var one = calls.TryEnter("worker")!;
        using var two = calls.TryEnter("worker")!;
        Assert.Equal(TimeSpan.FromSeconds(1), calls.RetryAfter("worker"));
    }

    [Fact]
    public void Names_that_come_and_go_leave_nothing_behind_and_no_place_is_lost_or_made()
    {
        const int Most = 3;
        var calls = new CallBound<int>(Most, _clock);
        var held = Enumerable.Range(0, Most).Select(_ => calls.TryEnter(-1)!).ToList();

        Parallel.For(0, 40_000, name =>
        {
            using var share = calls.TryEnter(name % 9_000);
            Assert.True(calls.Of(name % 9_000) <= Most);
        });

        Assert.Null(calls.TryEnter(-1));
        held.ForEach(share => share.Dispose());
        Assert.All(Enumerable.Range(-1, 9_001), name => Assert.Equal(0, calls.Of(name)));
    }
}
