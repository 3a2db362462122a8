using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker;

/// <summary>
/// The stations of an invocation on this worker, in order: admit → load (backbone, sandbox, adapter, prompt prefix) → queue → generate → account → answer.
/// A function with code of its own: admit → code, in its handler, each of whose generations passes load → queue → generate → account → answer.
/// One deadline bounds them all. A lost sandbox costs time and no token: another one prefills what was sent and goes on with the same
/// tokens. A second loss ends the invocation, because one that kills sandboxes must not take a third.
/// </summary>
internal sealed class WorkerPipeline(
    Admission admission, CodeStation code, LoadStation loading, WakeProgress progress, BatchLoop queue, GenerateStation generating, AccountStation accounting, WorkerMetrics metrics, TimeProvider time)
{
    private const int MaxAttempts = 2;

    /// <summary>Longest a caller who reads slowly may keep the last event from going out.</summary>
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(10);

    public async Task RunAsync(Invocation invocation, EventSink sink, InvocationAbort abort)
    {
        switch (admission.TryEnter(invocation.Function))
        {
            case Loading<AdmissionTicket>.Ready admitted:
                await RunAsync(invocation, admitted.Value, sink, abort);
                break;
            case Loading<AdmissionTicket>.Failed refused:
                await AnswerAsync(new InvocationEnd.Failed(refused.Problem), sink, abort);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private async Task RunAsync(Invocation invocation, AdmissionTicket admitted, EventSink sink, InvocationAbort abort)
    {
        switch (await accounting.BeginAsync(invocation))
        {
            case Loading<SpoolPlace>.Ready ready:
                using (ready.Value)
                {
                    invocation.AdmissionTime = time.GetElapsedTime(invocation.ArrivedAt);
                    var end = await EndAsync(invocation, admitted, sink, abort);
                    await AnswerAsync(await accounting.EndAsync(invocation, end), sink, abort);
                }

                break;
            case Loading<SpoolPlace>.Failed full:
                admitted.Dispose();
                await AnswerAsync(new InvocationEnd.Failed(full.Problem), sink, abort);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>However it ends: what was used is owed, and code that makes this worker fail has not had its tokens for nothing.</summary>
    private async Task<InvocationEnd> EndAsync(Invocation invocation, AdmissionTicket admitted, EventSink sink, InvocationAbort abort)
    {
        try
        {
            return invocation.Code is null
                ? await ServeAsync(invocation, admitted, sink, abort)
                : await RunCodeAsync(invocation, admitted, sink, abort);
        }
        catch
        {
            await accounting.EndAsync(invocation, new InvocationEnd.Failed(new Problem(ErrorCode.Internal, "The invocation ended in a way that has no name.")));
            throw;
        }
    }

    private async Task<InvocationEnd> RunCodeAsync(Invocation invocation, AdmissionTicket admitted, IEventSink sink, InvocationAbort abort)
    {
        using (admitted)
        using (WorkerTelemetry.Source.StartActivity("code"))
        {
            try
            {
                return await code.RunAsync(invocation, admitted, sink, abort, GenerateAsync);
            }
            catch (OperationCanceledException) when (abort.Token.IsCancellationRequested)
            {
                return Aborted(invocation, abort.Cause);
            }
        }
    }

    /// <summary>A generation that an admitted invocation's code asks for: the same way as a caller's, and counted to that invocation.</summary>
    private async Task<InvocationEnd> GenerateAsync(Invocation generation, IEventSink sink, InvocationAbort abort) =>
        admission.TryEnter(generation.Function, isInside: true) switch
        {
            Loading<AdmissionTicket>.Ready admitted => await ServeAsync(generation, admitted.Value, sink, abort),
            Loading<AdmissionTicket>.Failed refused => new InvocationEnd.Failed(refused.Problem),
            _ => throw new UnreachableException(),
        };

    private async Task<InvocationEnd> ServeAsync(Invocation invocation, AdmissionTicket admitted, IEventSink sink, InvocationAbort abort)
    {
        using (admitted)
        {
            try
            {
                for (var attempt = 1; ; attempt++)
                {
                    var end = await TryAsync(invocation, admitted, sink, abort);

                    if (!IsLost(end) || attempt == MaxAttempts)
                    {
                        return end is InvocationEnd.Lost ? Lost() : end;
                    }

                    accounting.Retry(invocation);
                }
            }
            catch (OperationCanceledException) when (abort.Token.IsCancellationRequested)
            {
                return Aborted(invocation, abort.Cause);
            }
            finally
            {
                invocation.Cold?.Dispose();
            }
        }
    }

    private async Task<InvocationEnd> TryAsync(Invocation invocation, AdmissionTicket admitted, IEventSink sink, InvocationAbort abort)
    {
        using var load = WorkerTelemetry.Source.StartActivity("load");

        switch (await progress.TellAsync(loading.LoadAsync(invocation, abort.Token), invocation, sink, abort.Token))
        {
            case Loading<LoadedArtifacts>.Ready ready:
                load?.Stop();

                await using (ready.Value)
                {
                    return await QueueAsync(invocation, admitted, ready.Value, sink, abort);
                }

            case Loading<LoadedArtifacts>.Failed failed:
                return new InvocationEnd.Failed(failed.Problem);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<InvocationEnd> QueueAsync(
        Invocation invocation, AdmissionTicket admitted, LoadedArtifacts artifacts, IEventSink sink, InvocationAbort abort)
    {
        invocation.Stage = InvocationStage.Queue;
        var begun = time.GetTimestamp();
        var timeLeft = invocation.TimeLimit - time.GetElapsedTime(invocation.ArrivedAt);
        var sloLeft = invocation.Slo - time.GetElapsedTime(invocation.ArrivedAt);
        var ticket = new QueueTicket(invocation.Sandbox, invocation.Function, sloLeft, timeLeft, begun)
        {
            Weight = invocation.Weight, LoadTime = invocation.LoadTime, SaysItsFirstToken = invocation.Request.Stream,
        };

        try
        {
            Turn turn;

            using (WorkerTelemetry.Source.StartActivity("queue"))
            {
                turn = await queue.EnterAsync(ticket, abort.Token);
                invocation.QueueTime += time.GetElapsedTime(begun);
            }

            switch (turn)
            {
                case Turn.Granted granted:
                    admitted.Dispose();
                    using (WorkerTelemetry.Source.StartActivity("generate"))
                    using (metrics.Run())
                    {
                        return await GenerateAsync(invocation, artifacts, ticket, granted, sink, abort);
                    }

                case Turn.Refused refused:
                    return new InvocationEnd.Failed(refused.Problem);
                default:
                    throw new UnreachableException();
            }
        }
        finally
        {
            ticket.Cost = invocation.Cost(artifacts.Sandbox.BackboneBytes);
            await queue.LeaveAsync(ticket);
        }
    }

    /// <summary>Whoever comes after a call that has ended finds its adapter where the call had it.</summary>
    private async Task<InvocationEnd> GenerateAsync(Invocation invocation, LoadedArtifacts artifacts, QueueTicket ticket, Turn.Granted granted, IEventSink sink, InvocationAbort abort)
    {
        var end = await generating.RunAsync(invocation, artifacts.Sandbox, ticket, granted, sink, abort);

        if (end is InvocationEnd.Done)
        {
            await artifacts.Arrived.WaitAsync(abort.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return end;
    }

    private async Task AnswerAsync(InvocationEnd end, EventSink sink, InvocationAbort abort)
    {
        // A caller that left hears nothing more; one whose deadline passed is still there to be told.
        if (abort.Cause is AbortCause.Client)
        {
            return;
        }

        using var lastWord = new CancellationTokenSource(LastWordLimit, time);

        switch (end)
        {
            case InvocationEnd.Done done:
                await sink.WriteAsync(new Protocol.Data.GenerateEvent { Finished = done.Finished }, lastWord.Token);
                break;
            case InvocationEnd.Failed failed:
                await sink.FailAsync(failed.Problem, failed.Cause, lastWord.Token);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>An adapter that was lost on its way into the sandbox is loaded again, and its own problem is told then, if it has one.</summary>
    private static bool IsLost(InvocationEnd end) => end is InvocationEnd.Lost or InvocationEnd.Failed { Problem.Code: ErrorCode.SandboxLost or ErrorCode.NotResident };

    private static InvocationEnd.Failed Lost() => new(
        new Problem(ErrorCode.SandboxLost, "The sandbox ended in the middle of the answer, twice.", RetryAfter: TimeSpan.FromSeconds(1)), AbortCause.SandboxLost);

    internal static InvocationEnd.Failed Aborted(Invocation invocation, AbortCause cause) => cause switch
    {
        AbortCause.Client => new(new Problem(ErrorCode.Cancelled, "The caller went away."), cause),
        AbortCause.Deadline => new(
            new Problem(ErrorCode.DeadlineExceeded, $"The deadline of {invocation.TimeLimit.TotalMilliseconds:0} ms passed (stage: {invocation.Stage.ToWord()})."), cause),
        AbortCause.Drain => new(new Problem(ErrorCode.Draining, "The worker stopped before the answer was complete.", RetryAfter: TimeSpan.FromSeconds(1)), cause),
        _ => new(new Problem(ErrorCode.Internal, $"The invocation was cancelled ({cause})."), cause),
    };
}
