using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// Runs a function's own code on an invocation: finds its handler, gives it the call, lets its generations take the ordinary way, and passes its answer on.
/// The code is believed in nothing: what it may ask, how much it may say and what that costs are settled here.
/// </summary>
internal sealed class CodeStation(HandlerSupervisor handlers, IOptions<HandlerOptions> options, TimeProvider time)
{
    /// <summary>One may end while a call waits for a place in it; where as many do, something kills them.</summary>
    private const int MaxHandlers = 3;

    private readonly HandlerOptions _options = options.Value;

    /// <param name="invocation">A call of a function with code.</param>
    /// <param name="admitted">Given up when a handler has taken the call.</param>
    /// <param name="sink">Where the answer goes.</param>
    /// <param name="abort">The invocation's one deadline, and its caller's leaving.</param>
    /// <param name="generate">The way of a generation through this worker.</param>
    public async Task<InvocationEnd> RunAsync(
        Invocation invocation, AdmissionTicket admitted, IEventSink sink, InvocationAbort abort, Func<Invocation, IEventSink, InvocationAbort, Task<InvocationEnd>> generate)
    {
        invocation.Stage = InvocationStage.Code;

        for (var attempt = 1; ; attempt++)
        {
            switch (await handlers.UseAsync(invocation.Code!, abort.Token))
            {
                // Code that ended before it heard of the invocation has done nothing of it: the next handler takes it.
                case Loading<ResidentHandler>.Ready { Value: var handler }:
                    if (await handler.BeginAsync(Frame(invocation), abort.Token) is { } call)
                    {
                        admitted.Dispose();
                        invocation.HandlerTime = time.GetElapsedTime(invocation.ArrivedAt) - invocation.AdmissionTime;
                        return await FollowAsync(invocation, handler, call, sink, abort, generate);
                    }

                    if (attempt == MaxHandlers)
                    {
                        return new InvocationEnd.Failed(new Problem(
                            ErrorCode.HandlerLost, $"The code of {invocation.Function} {await handler.EpitaphAsync()} before it could be called."));
                    }

                    break;

                case Loading<ResidentHandler>.Failed failed:
                    return new InvocationEnd.Failed(failed.Problem);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private async Task<InvocationEnd> FollowAsync(
        Invocation invocation, ResidentHandler handler, HandlerCall call, IEventSink sink, InvocationAbort abort, Func<Invocation, IEventSink, InvocationAbort, Task<InvocationEnd>> generate)
    {
        var reply = new ReplyRelay(invocation, sink, _options.MaxReplyBytes, time);
        var generations = new GenerationDesk(invocation, call, abort, generate, () => reply.HasBegun, time);

        try
        {
            await foreach (var frame in call.Frames.ReadAllAsync(abort.Token))
            {
                if (await TakeAsync(frame, call, reply, generations, abort.Token) is { } problem)
                {
                    return new InvocationEnd.Failed(problem);
                }

                switch (frame.KindCase)
                {
                    case FromHandler.KindOneofCase.Done:
                        return await FinishAsync(invocation, reply, generations, abort.Token);
                    case FromHandler.KindOneofCase.Faulted:
                        return new InvocationEnd.Failed(generations.FailureOf(frame.Faulted.Generation) ?? Thrown(invocation, frame.Faulted.Message));
                    default:
                        break;
                }
            }

            return new InvocationEnd.Failed(new Problem(
                ErrorCode.HandlerLost, $"The code of {invocation.Function} {await handler.EpitaphAsync()} in the middle of the call."));
        }
        finally
        {
            handler.Leave(call);
            await generations.DisposeAsync();
        }
    }

    /// <summary>Null, or what ends the invocation.</summary>
    private static async ValueTask<Problem?> TakeAsync(FromHandler frame, HandlerCall call, ReplyRelay reply, GenerationDesk generations, CancellationToken cancellationToken)
    {
        switch (frame.KindCase)
        {
            case FromHandler.KindOneofCase.ReplyHead:
                return await reply.BeginAsync(frame.ReplyHead.Reply, cancellationToken);
            case FromHandler.KindOneofCase.ReplyPart:
                var problem = await reply.WriteAsync(frame.ReplyPart.Body, cancellationToken);
                await call.ReturnCreditAsync(cancellationToken);
                return problem;
            case FromHandler.KindOneofCase.Ask:
                await generations.AskAsync(frame.Ask, cancellationToken);
                return null;
            case FromHandler.KindOneofCase.GenerationCredit:
                generations.AddCredits(frame.GenerationCredit.Generation, frame.GenerationCredit.Credits);
                return null;
            case FromHandler.KindOneofCase.GenerationLeft:
                generations.Leave(frame.GenerationLeft.Generation);
                return null;
            default:
                return null;
        }
    }

    private async Task<InvocationEnd> FinishAsync(Invocation invocation, ReplyRelay reply, GenerationDesk generations, CancellationToken cancellationToken)
    {
        if (await reply.EndAsync(cancellationToken) is { } problem)
        {
            return new InvocationEnd.Failed(problem);
        }

        // What the code did not wait for is not part of its answer, and counted as far as it went.
        await generations.DisposeAsync();
        invocation.TotalTime = time.GetElapsedTime(invocation.ArrivedAt);

        return new InvocationEnd.Done(new Finished
        {
            Reason = FinishReason.Stop,
            PromptTokens = invocation.PromptTokens,
            CompletionTokens = invocation.CompletionTokens,
            ColdStart = invocation.ColdStart(),
        });
    }

    private Invoke Frame(Invocation invocation)
    {
        var left = invocation.TimeLimit - time.GetElapsedTime(invocation.ArrivedAt);

        return new Invoke
        {
            CallId = invocation.CallId.Value,
            Call = invocation.Request.Call,
            Conversation = invocation.Request.Prompt?.Chat,
            TimeLeftMs = (long)Math.Max(0, left.TotalMilliseconds),
        };
    }

    private static Problem Thrown(Invocation invocation, string message) =>
        new(ErrorCode.FunctionFailed, $"The code of {invocation.Function} failed: {(message.Length > HandlerLimits.MaxLineChars ? message[..HandlerLimits.MaxLineChars] : message)}");
}
