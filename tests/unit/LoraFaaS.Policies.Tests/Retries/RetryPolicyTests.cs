using LoraFaaS.Policies.Retries;

namespace LoraFaaS.Policies.Tests.Retries;

public sealed class RetryPolicyTests
{
    private static readonly RetryRule Rule = new() { Attempts = 4, MinWait = TimeSpan.FromSeconds(10), MaxWait = TimeSpan.FromSeconds(120) };

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(501)]
    public void Status_that_no_other_try_mends_is_final(int status) =>
        Assert.IsType<RetryDecision.Final>(RetryPolicy.Decide(Rule, 1, status, null, new Random(1)));

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public void Status_that_may_pass_is_tried_again_until_the_tries_are_used_up(int status)
    {
        Assert.IsType<RetryDecision.Again>(RetryPolicy.Decide(Rule, 3, status, null, new Random(1)));
        Assert.IsType<RetryDecision.GiveUp>(RetryPolicy.Decide(Rule, 4, status, null, new Random(1)));
    }

    [Fact]
    public void Wait_is_drawn_between_the_shortest_and_a_ceiling_that_doubles()
    {
        var random = new Random(7);

        foreach (var (attempt, ceiling) in new[] { (1, 20), (2, 40), (3, 80), (4, 120), (50, 120) })
        {
            var waits = Enumerable.Range(0, 500).Select(_ => RetryPolicy.Backoff(Rule, attempt, random).TotalSeconds).ToList();

            Assert.InRange(waits.Min(), 10, 10 + ((ceiling - 10) * 0.05));
            Assert.InRange(waits.Max(), 10 + ((ceiling - 10) * 0.95), ceiling);
        }
    }

    [Fact]
    public void Retry_after_is_honoured_when_it_asks_for_more_and_bounded()
    {
        Assert.Equal(TimeSpan.FromMinutes(10), Wait(TimeSpan.FromMinutes(10)));
        Assert.InRange(Wait(TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        Assert.Equal(RetryPolicy.LongestRetryAfter, Wait(TimeSpan.FromDays(3)));
    }

    private static TimeSpan Wait(TimeSpan retryAfter) =>
        Assert.IsType<RetryDecision.Again>(RetryPolicy.Decide(Rule, 1, 503, retryAfter, new Random(3))).After;
}
