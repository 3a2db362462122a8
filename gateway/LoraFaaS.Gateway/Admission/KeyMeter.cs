using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Admission;

/// <summary>What one key uses, against its limits: here at once, and at other gateways as it becomes known. Nothing waits here: over a limit is refused with the time to wait.</summary>
internal sealed class KeyMeter(ApiKeyLimits limits, TimeProvider time)
{
    /// <summary>A bucket is full again after a minute without use, whoever used it.</summary>
    private static readonly TimeSpan Concern = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly TokenBucket? _requests = limits.RequestsPerMinute > 0 ? new TokenBucket(limits.RequestsPerMinute, time) : null;
    private readonly TokenBucket? _tokens = limits.TokensPerMinute > 0 ? new TokenBucket(limits.TokensPerMinute, time) : null;
    private readonly CallCount _running = new(time);
    private long _usedAt = time.GetTimestamp();
    private KeySpending _unreported;
    private KeySpending? _lastTotal;

    public ApiKeyLimits Limits => limits;

    private int MostAtOnce => limits.MaxConcurrent > 0 ? limits.MaxConcurrent : int.MaxValue;

    /// <summary>Null when the invocation may go on; it must then <see cref="Leave"/>.</summary>
    public Problem? TryEnter()
    {
        lock (_gate)
        {
            if (_running.Running >= MostAtOnce)
            {
                return Over($"{limits.MaxConcurrent} invocations at once", _running.RetryAfter());
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
            _running.TryEnter(MostAtOnce);
            _usedAt = time.GetTimestamp();
            _unreported = _unreported.Plus(new KeySpending(1, 0));
            return null;
        }
    }

    public void Leave(int tokens)
    {
        lock (_gate)
        {
            _running.Leave(MostAtOnce);
            Spend(tokens);
        }
    }

    /// <summary>Spent without having entered.</summary>
    public void Charge(int tokens)
    {
        lock (_gate)
        {
            Spend(tokens);
        }
    }

    /// <summary>An entry that led nowhere, since all places are taken at other gateways: it costs nothing.</summary>
    public Problem Withdraw()
    {
        lock (_gate)
        {
            _running.Leave(MostAtOnce);
            _requests?.Take(-1);
            _unreported = _unreported.Plus(new KeySpending(-1, 0));
            return Over($"{limits.MaxConcurrent} invocations at once", _running.RetryAfter());
        }
    }

    /// <summary>What was spent here since it was last taken; null: the key has no rates, or was not used for so long that what others spend is no concern.</summary>
    public KeySpending? TakeReport()
    {
        lock (_gate)
        {
            if ((_requests is null && _tokens is null) || time.GetElapsedTime(_usedAt) > Concern)
            {
                // What others have spent until it comes back is of minutes that are over by then.
                _lastTotal = null;
                return null;
            }

            var taken = _unreported;
            _unreported = default;
            return taken;
        }
    }

    /// <summary>The report did not arrive, or perhaps it did: then others are charged for it, who come to know by the next.</summary>
    public void Return(KeySpending report)
    {
        lock (_gate)
        {
            _unreported = _unreported.Plus(report);
        }
    }

    /// <summary>All gateways' total, this one's <paramref name="reported"/> included: what others spent since the last is charged here too.</summary>
    public void Learn(KeySpending total, KeySpending reported)
    {
        lock (_gate)
        {
            if (_lastTotal is { } last)
            {
                _requests?.Take(Math.Max(0, total.Requests - last.Requests - reported.Requests));
                _tokens?.Take(Math.Max(0, total.Tokens - last.Tokens - reported.Tokens));
            }

            _lastTotal = total;
        }
    }

    private void Spend(int tokens)
    {
        _tokens?.Take(tokens);
        _usedAt = time.GetTimestamp();
        _unreported = _unreported.Plus(new KeySpending(0, tokens));
    }

    private static Problem Over(string limit, TimeSpan retryAfter) =>
        new(ErrorCode.RateLimitExceeded, $"the API key is limited to {limit}", RetryAfter: retryAfter);
}
