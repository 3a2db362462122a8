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
    private ColdStart? _before;
    private double _placed;
    private double _flush;
    private int _tries;

    /// <summary>The request with the account so far, which the worker's usage record and last event then carry on. Activation is the whole time since the door but for the stages that the worker told.</summary>
    /// <param name="target">Where it goes.</param>
    /// <param name="request">What is sent there.</param>
    /// <param name="queued">What it waited for its place there, before it was sent.</param>
    public GenerateRequest Before(DispatchOutcome.On target, GenerateRequest request, TimeSpan queued)
    {
        var before = target.Account?.Clone() ?? ColdStarts.Warm();
        before.QueueMs += queued.TotalMilliseconds;
        _placed = invocation.Elapsed.TotalMilliseconds;
        before.DoorMs = _door;
        before.ActivationMs = Math.Max(0, _placed - before.Sum());
        before.TtftMs = _placed;
        request.Before = _before = before;
        request.UsageTry = invocation.Usage.Try(++_tries);
        return request;
    }

    /// <summary>There is a connection, over which the request goes out next.</summary>
    public void Connected()
    {
        if (_before is { } before)
        {
            before.TtftMs = invocation.Elapsed.TotalMilliseconds;
            before.ConnectMs = before.TtftMs - _placed;
        }
    }

    /// <summary>The event has been written to the caller.</summary>
    public void Passed(GenerateEvent happened)
    {
        if (_flush == 0 && happened.KindCase is GenerateEvent.KindOneofCase.Tokens && invocation.TimeToFirstToken is { } first)
        {
            _flush = (invocation.Elapsed - first).TotalMilliseconds;
        }
    }

    /// <summary>The worker has not seen its answer's way to us, nor ours to the caller.</summary>
    public void Complete(GenerateEvent happened)
    {
        if (happened.Finished is not { ColdStart: { } account } finished)
        {
            return;
        }

        // Of an answer that came in one piece the first token was here when the whole was; the worker knows better when there was one.
        var measured = invocation.TimeToFirstToken?.TotalMilliseconds ?? account.TtftMs;
        finished.ColdStart = measured > account.TtftMs && invocation.Streams ? account.Flushed(measured, _flush) : account;
        invocation.Account = finished.ColdStart;
    }
}
