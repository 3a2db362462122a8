using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Admission;

/// <summary>What one key uses at this gateway, against its limits. Nothing waits here: over a limit is refused with the time to wait.</summary>
internal sealed class KeyMeter(ApiKeyLimits limits, TimeProvider time)
{
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TokenBucket? _requests = limits.RequestsPerMinute > 0 ? new TokenBucket(limits.RequestsPerMinute, time) : null;
    private readonly TokenBucket? _tokens = limits.TokensPerMinute > 0 ? new TokenBucket(limits.TokensPerMinute, time) : null;
    private int _running;

    public ApiKeyLimits Limits => limits;

    /// <summary>Null when the invocation may go on; it must then <see cref="Leave"/>.</summary>
    public Problem? TryEnter()
    {
        lock (_gate)
        {
            if (limits.MaxConcurrent > 0 && _running >= limits.MaxConcurrent)
            {
                return Over($"{limits.MaxConcurrent} invocations at once", BusyRetryAfter);
            }

            // One token must be there; what the invocation really takes is charged when it ends.
            if (_tokens?.UntilHas(1) is { Ticks: > 0 } untilTokens)
            {
                return Over($"{limits.TokensPerMinute} tokens a minute", untilTokens);
            }

            if (_requests?.UntilHas(1) is { Ticks: > 0 } untilRequest)
            {
                return Over($"{limits.RequestsPerMinute} requests a minute", untilRequest);
            }

            _requests?.Take(1);
            _running++;
            return null;
        }
    }

    public void Leave(int tokens)
    {
        lock (_gate)
        {
            _running--;
            _tokens?.Take(tokens);
        }
    }

    private static Problem Over(string limit, TimeSpan retryAfter) =>
        new(ErrorCode.RateLimitExceeded, $"the API key is limited to {limit}", RetryAfter: retryAfter);
}
