using System.Diagnostics;
using System.Globalization;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Retries;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>What follows a try: a function of how it ended and of the rules.</summary>
internal static class CallRuling
{
    public static CallSettlement Rule(CallTry tried, CallOutcome outcome, RetryRule function, RetryRule callback, TimeSpan lease, Random random) => outcome switch
    {
        CallOutcome.Executed { FunctionGone: true } gone => End(tried, gone.Result, $"{tried.Function} is not deployed any more", lease),
        CallOutcome.Executed executed => Executed(tried, executed, function, lease, random),
        CallOutcome.Delivered { Error: null } => Over(tried, result: null, tried.GivenUp ? tried.Error ?? "given up" : null, CallPhase.Invoke),
        CallOutcome.Delivered failed => Undelivered(tried, failed, callback, random),
        CallOutcome.Released => new CallSettlement
        {
            Phase = tried.Phase,
            Attempts = tried.Attempt - 1,
            Error = tried.Error,
            GivenUp = tried.GivenUp ? CallPhase.Invoke : null,
        },
        _ => throw new UnreachableException(),
    };

    /// <summary>A call whose holders were lost so often that there are no tries left.</summary>
    public static CallSettlement? RuleOut(CallTry tried, RetryRule function, RetryRule callback, TimeSpan lease)
    {
        if (tried.Attempt <= (tried.Phase is CallPhase.Deliver ? callback : function).Attempts)
        {
            return null;
        }

        var error = $"given up: {Tries(tried.Attempt - 1)} cut off before the end";
        var failure = new CallResult(503, new Dictionary<string, string>(), default, 0, Truncated: false);

        return tried.Phase is CallPhase.Deliver ? Over(tried, null, error, CallPhase.Deliver) : End(tried, failure, error, lease);
    }

    private static CallSettlement Executed(CallTry tried, CallOutcome.Executed executed, RetryRule rule, TimeSpan lease, Random random) =>
        RetryPolicy.Decide(rule, tried.Attempt, executed.Result.Status, executed.RetryAfter, random) switch
        {
            RetryDecision.Final => End(tried, executed.Result, error: null, lease),
            RetryDecision.Again again => new CallSettlement
            {
                Phase = CallPhase.Invoke, Attempts = tried.Attempt, DueIn = again.After, Error = $"try {tried.Attempt} ended with {executed.Result.Status}",
            },
            RetryDecision.GiveUp => End(tried, executed.Result, $"given up after {Tries(tried.Attempt)}; the last ended with {executed.Result.Status}", lease),
            _ => throw new UnreachableException(),
        };

    private static CallSettlement Undelivered(CallTry tried, CallOutcome.Delivered failed, RetryRule rule, Random random)
    {
        // Every status of a callback that is no success comes here: the rule's codes are the function's.
        var decision = failed.IsFinal ? new RetryDecision.GiveUp() : RetryPolicy.Decide(rule, tried.Attempt, rule.Codes[0], failed.RetryAfter, random);

        return decision is RetryDecision.Again again
            ? new CallSettlement
            {
                Phase = CallPhase.Deliver,
                Attempts = tried.Attempt,
                DueIn = again.After,
                Error = tried.GivenUp ? tried.Error : $"callback: {failed.Error}",
                GivenUp = tried.GivenUp ? CallPhase.Invoke : null,
            }
            : Over(tried, null, $"callback given up after {Tries(tried.Attempt)}: {failed.Error}", CallPhase.Deliver);
    }

    /// <summary>The execution is over: on to the callback, if there is one.</summary>
    private static CallSettlement End(CallTry tried, CallResult result, string? error, TimeSpan lease) => tried.HasCallback
        ? new CallSettlement
        {
            Phase = CallPhase.Deliver,
            Attempts = 1,
            DueIn = lease,
            KeepsLease = true,
            Result = result,
            Error = error,
            GivenUp = error is null ? null : CallPhase.Invoke,
        }
        : Over(tried, result, error, CallPhase.Invoke);

    /// <summary>All is over, well or not. What a callback could not be told of a given-up execution begins with the execution when it is replayed.</summary>
    private static CallSettlement Over(CallTry tried, CallResult? result, string? error, CallPhase givenUp) => new()
    {
        Phase = error is null ? CallPhase.Completed : CallPhase.Dead,
        Attempts = tried.Attempt,
        Result = result,
        Error = error,
        GivenUp = error is null ? null : tried.GivenUp ? CallPhase.Invoke : givenUp,
    };

    private static string Tries(int count) => count == 1 ? "1 try" : string.Create(CultureInfo.InvariantCulture, $"{count} tries");
}
