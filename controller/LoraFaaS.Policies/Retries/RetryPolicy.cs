namespace LoraFaaS.Policies.Retries;

/// <summary>
/// Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", 2015): the wait is drawn evenly between the shortest one
/// and a ceiling that doubles with each try, so that calls that failed together do not come back together.
/// </summary>
public static class RetryPolicy
{
    /// <summary>A function that asks for more patience than this has its call tried earlier all the same.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <param name="rule">The function's.</param>
    /// <param name="attempt">Tries so far, this one included.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="retryAfter">What the answer's Retry-After asks for.</param>
    /// <param name="random">The jitter's.</param>
    public static RetryDecision Decide(RetryRule rule, int attempt, int status, TimeSpan? retryAfter, Random random)
    {
        if (!rule.Codes.Contains(status))
        {
            return new RetryDecision.Final();
        }

        if (attempt >= rule.Attempts)
        {
            return new RetryDecision.GiveUp();
        }

        var wait = Backoff(rule, attempt, random);
        var asked = retryAfter < LongestRetryAfter ? retryAfter.Value : retryAfter is null ? TimeSpan.Zero : LongestRetryAfter;

        return new RetryDecision.Again(asked > wait ? asked : wait);
    }

    /// <summary>The wait after the given number of tries.</summary>
    public static TimeSpan Backoff(RetryRule rule, int attempt, Random random)
    {
        // 2^30 of even 1 ms is more than any ceiling.
        var ceiling = rule.MinWait.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30));
        var span = Math.Max(0, Math.Min(ceiling, rule.MaxWait.TotalSeconds) - rule.MinWait.TotalSeconds);

        return rule.MinWait + TimeSpan.FromSeconds(span * random.NextDouble());
    }
}
