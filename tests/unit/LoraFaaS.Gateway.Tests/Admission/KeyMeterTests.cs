using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Admission;

public sealed class KeyMeterTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_rate_is_a_minutes_worth_at_once_and_then_one_by_one()
    {
        var meter = new KeyMeter(new ApiKeyLimits { RequestsPerMinute = 6 }, _clock);

        for (var i = 0; i < 6; i++)
        {
            Assert.Null(meter.TryEnter());
            meter.Leave(0);
        }

        var over = meter.TryEnter()!;
        Assert.Equal(ErrorCode.RateLimitExceeded, over.Code);
        Assert.Equal(TimeSpan.FromSeconds(10), over.RetryAfter);

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(6, meter.TryEnter()!.RetryAfter!.Value.TotalSeconds, 3);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(meter.TryEnter());
        Assert.NotNull(meter.TryEnter());

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(6, Enumerable.Range(0, 20).Count(_ => meter.TryEnter() is null));
    }

    [Fact]
    public void Two_gateways_that_hear_of_each_other_share_one_limit()
    {
        var limits = new ApiKeyLimits { RequestsPerMinute = 10, TokensPerMinute = 100 };
        var (here, there) = (new KeyMeter(limits, _clock), new KeyMeter(limits, _clock));
        var total = Exchange(there, Exchange(here, default));

        for (var i = 0; i < 4; i++)
        {
            Assert.Null(here.TryEnter());
            here.Leave(20);
        }

        total = Exchange(there, Exchange(here, total));

        // 80 of the 100 tokens and 4 of the 10 requests are gone for both.
        Assert.Null(there.TryEnter());
        there.Leave(20);
        Assert.Contains("tokens", there.TryEnter()!.Message, StringComparison.Ordinal);
        Exchange(here, Exchange(there, total));
        Assert.Contains("tokens", here.TryEnter()!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_that_were_lost_cost_nobody_anything()
    {
        var meter = new KeyMeter(new ApiKeyLimits { RequestsPerMinute = 10 }, _clock);
        Assert.Null(meter.TryEnter());
        Exchange(meter, new KeySpending(1_000, 0));

        Assert.Null(meter.TryEnter());
        Exchange(meter, default);

        Assert.Equal(8, Enumerable.Range(0, 20).Count(_ => meter.TryEnter() is null));
    }

    private static KeySpending Exchange(KeyMeter meter, KeySpending total)
    {
        var report = meter.TakeReport()!.Value;
        var now = total.Plus(report);
        meter.Learn(now, report);
        return now;
    }

    [Fact]
    public void Places_are_counted_and_given_back()
    {
        var meter = new KeyMeter(new ApiKeyLimits { MaxConcurrent = 2 }, _clock);

        Assert.Null(meter.TryEnter());
        Assert.Null(meter.TryEnter());
        Assert.NotNull(meter.TryEnter());
        meter.Leave(0);
        Assert.Null(meter.TryEnter());
    }

    [Fact]
    public void Who_finds_no_place_is_told_when_one_may_be_free()
    {
        var meter = new KeyMeter(new ApiKeyLimits { MaxConcurrent = 1 }, _clock);
        Assert.Null(meter.TryEnter());

        for (var i = 0; i < 100; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            meter.Leave(0);
            Assert.Null(meter.TryEnter());
        }

        // One place every ten seconds, and who was told before is ahead.
        Assert.Equal(10, meter.TryEnter()!.RetryAfter!.Value.TotalSeconds, 0.1);
        Assert.Equal(20, meter.TryEnter()!.RetryAfter!.Value.TotalSeconds, 0.1);
    }

    [Fact]
    public void Tokens_may_be_overdrawn_once_and_the_debt_is_waited_for()
    {
        var meter = new KeyMeter(new ApiKeyLimits { TokensPerMinute = 60 }, _clock);

        Assert.Null(meter.TryEnter());
        meter.Leave(90);

        // 30 owed and one to have, at one a second.
        Assert.Equal(31, meter.TryEnter()!.RetryAfter!.Value.TotalSeconds, 3);
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(meter.TryEnter());
    }

    [Fact]
    public void A_refused_call_costs_nothing()
    {
        var meter = new KeyMeter(new ApiKeyLimits { RequestsPerMinute = 60, MaxConcurrent = 1 }, _clock);
        Assert.Null(meter.TryEnter());

        for (var i = 0; i < 1_000; i++)
        {
            Assert.NotNull(meter.TryEnter());
        }

        meter.Leave(0);
        Assert.Null(meter.TryEnter());
    }

    [Fact]
    public async Task Many_threads_get_exactly_what_is_there()
    {
        var meter = new KeyMeter(new ApiKeyLimits { RequestsPerMinute = 100 }, _clock);

        var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 50).Count(_ => meter.TryEnter() is null))));

        Assert.Equal(100, got.Sum());
    }
}
