using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// The gateway's part of a cold-start account: what passed before anything was placed, what placing and waking took, and, when the first token is here, the
/// measured time that all parts have to add up to. It numbers the tries too: of several workers' usage records the last one's counts.
/// </summary>
internal sealed class AccountBook(Invocation invocation)
{
    private readonly double _door = invocation.Elapsed.TotalMilliseconds;
    private int _tries;

    /// <summary>The request with the account so far, which the worker's usage record and last event then carry on. Activation is the whole time since the door but for the stages that the worker told.</summary>
    public GenerateRequest Before(DispatchOutcome.On target, GenerateRequest request)
    {
        var before = target.Account?.Clone() ?? ColdStarts.Warm();
        var now = invocation.Elapsed.TotalMilliseconds;
        before.DoorMs = _door;
        before.ActivationMs = Math.Max(0, now - before.Sum());
        before.TtftMs = now;
        request.Before = before;
        request.UsageTry = invocation.Usage.Try(++_tries);
        return request;
    }

    /// <summary>The worker has not seen its answer's way to us.</summary>
    public void Complete(GenerateEvent happened)
    {
        if (happened.Finished is not { ColdStart: { } account } finished)
        {
            return;
        }

        // Of an answer that came in one piece the first token was here when the whole was; the worker knows better when there was one.
        var measured = invocation.TimeToFirstToken?.TotalMilliseconds ?? account.TtftMs;
        finished.ColdStart = measured > account.TtftMs && invocation.Streams ? account.Within(measured) : account;
        invocation.Account = finished.ColdStart;
    }
}
