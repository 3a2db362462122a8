using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>One worker's events until the last, and in <see cref="End"/> why there are no more. Its caller asks for each, so that no iterator of its own stands between.</summary>
internal sealed class WorkerTry(Invocation invocation, DispatchOutcome.On target, ReceivedTokens received)
{
    private readonly bool _continued = received.Count > 0;
    private bool _streaming;

    /// <summary>Null: there may be more events.</summary>
    public WorkerTryEnd? End { get; private set; }

    /// <summary>The worker could not be reached, broke off, or answered with a failure that it has no word for: its own doing, not the request's.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Sends the request and waits for the worker's first word, after which either <see cref="End"/> is set or events follow.</summary>
    public async ValueTask BeginAsync(WorkerCall call, CancellationToken cancellationToken)
    {
        try
        {
            End = await call.AnswerAsync(cancellationToken) switch
            {
                WorkerAnswer.Streaming => null,
                WorkerAnswer.Refused refused => new WorkerTryEnd.Refused(refused.Problem),
                WorkerAnswer.Failed failed => Failed(failed),
                WorkerAnswer.Unreachable unreachable => Unreached(unreachable),
                _ => throw new UnreachableException(),
            };
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline)
        {
            End = new WorkerTryEnd.Refused(invocation.DeadlineProblem("the worker's queue"));
        }
    }

    /// <summary>The event to pass on, or null when it was ours to swallow.</summary>
    public async ValueTask<GenerateEvent?> NextAsync(WorkerCall call, CancellationToken cancellationToken)
    {
        WorkerRead read;

        try
        {
            read = await call.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline)
        {
            End = WorkerTryEnd.Done.Instance;
            return GenerateEvents.Failed(invocation.DeadlineProblem(received.Count > 0 ? "decoding" : "the worker's queue or prefill"));
        }

        if (read.Event is { } happened)
        {
            return Judge(happened);
        }

        HasFailed = true;

        if (received.IsBound)
        {
            End = WorkerTryEnd.Done.Instance;
            return GenerateEvents.Failed(new Problem(
                ErrorCode.WorkerUnavailable, $"worker {target.Worker} was lost in the middle of the answer: {read.LostReason}"));
        }

        // Nothing yet, or half a generation: either way the stream is to be taken up by somebody else.
        End = new WorkerTryEnd.Broken(new Problem(ErrorCode.WorkerUnavailable, $"worker {target.Worker} was lost: {read.LostReason}"));
        return null;
    }

    private WorkerTryEnd.Refused Failed(WorkerAnswer.Failed failed)
    {
        HasFailed = true;
        return new WorkerTryEnd.Refused(failed.Problem);
    }

    private WorkerTryEnd.Unreachable Unreached(WorkerAnswer.Unreachable unreachable)
    {
        HasFailed = true;
        return new WorkerTryEnd.Unreachable($"{target.Worker}: {unreachable.Reason}");
    }

    private GenerateEvent? Judge(GenerateEvent happened)
    {
        switch (happened.KindCase)
        {
            case GenerateEvent.KindOneofCase.Progress:
                return happened;

            case GenerateEvent.KindOneofCase.Started:
                _streaming = true;
                invocation.SawPrompt(happened.Started.PromptTokens);
                return received.TryStart(happened.Started) ? happened : null;

            case GenerateEvent.KindOneofCase.Tokens:
                _streaming = true;
                received.Add(happened.Tokens);
                invocation.SawTokens(happened.Tokens.Ids.Count);

                if (happened.Tokens.Ids.Count == 0 && happened.Tokens.Text.Length > 0)
                {
                    received.Bind();
                }

                invocation.MarkFirstToken();
                return happened;

            case GenerateEvent.KindOneofCase.Reply or GenerateEvent.KindOneofCase.ReplyBody:
                received.Bind();
                invocation.MarkFirstToken();
                return happened;

            case GenerateEvent.KindOneofCase.Finished:
                End = WorkerTryEnd.Done.Instance;
                return _continued ? GenerateEvents.Finished(received.Whole(happened.Finished)) : happened;

            case GenerateEvent.KindOneofCase.Failed:
                return JudgeFailure(happened);

            default:
                // A kind that a newer worker knows: nothing a caller waits for.
                return null;
        }
    }

    private GenerateEvent? JudgeFailure(GenerateEvent happened)
    {
        var problem = happened.Failed.ToProblem();

        if (received.IsBound || !Transient.IsWorthAnotherPlace(problem.Code))
        {
            End = WorkerTryEnd.Done.Instance;
            return happened;
        }

        End = _streaming || _continued ? new WorkerTryEnd.Broken(problem) : new WorkerTryEnd.Refused(problem);
        return null;
    }
}
