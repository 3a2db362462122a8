using System.Diagnostics;
using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// One generation from placement to its last event, whatever happens on the way: place, call, decode; place again what failed before it began; take up
/// again what broke in the middle. Always ends with exactly one Finished or Failed, unless the client went away.
/// </summary>
internal sealed partial class GenerationRunner(
    Dispatcher dispatcher,
    WorkerForwarder forwarder,
    PlaceSearch places,
    LocalLoad load,
    CircuitBoard circuits,
    RouteBoard board,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<GenerationRunner> logger)
{
    public async IAsyncEnumerable<GenerateEvent> RunAsync(
        Invocation invocation, RouteEntry route, GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        request.UsageKey = request.UsageKey is { Length: > 0 } given ? given : invocation.Usage.Value;
        request.InvocationKey = route.Revision.MaxConcurrent > 0 ? invocation.Usage.Value : "";
        RecoveryBudget? recovery = null;
        var account = new AccountBook(invocation);
        var received = new ReceivedTokens(request);
        invocation.Streams |= request.Stream;
        var excluded = new HashSet<WorkerId>();
        var busy = new BusyWorkers(excluded);
        await using var held = new PlaceSlot();

        while (true)
        {
            var placed = held.Place is { } kept ? kept.Target : Place(invocation, route, excluded, received);

            if (placed is null)
            {
                var waking = WakeAsync(invocation, route, cancellationToken);

                while (!await IsDoneAsync(waking))
                {
                    yield return GenerateEvents.Progress("activation");
                }

                placed = await waking;
            }

            var problem = default(Problem);

            switch (placed)
            {
                // Who could have taken it is gone, or full: it waits at one of those that were passed.
                case DispatchOutcome.Refused when busy.TryWait():
                    break;

                case DispatchOutcome.Refused refused:
                    problem = await SearchOnAsync(invocation, recovery ??= new(time), excluded, refused.Problem, cancellationToken);
                    break;

                case DispatchOutcome.On target when load.TryEnter(target.Worker) is { } share:
                    invocation.Worker = target.Worker;
                    circuits.Begin(target.Url);
                    using (share)
                    {
                        var mayMove = busy.MayMove(target);
                        var tries = new WorkerTry(invocation, target, received);
                        await using var call = forwarder.Open(target, account.Before(target, received.NextRequest(mayMove), held.Waited), account, invocation.TimeLeft);
                        await tries.BeginAsync(call, cancellationToken);

                        while (tries.End is null)
                        {
                            if (await tries.NextAsync(call, cancellationToken) is not { } happened)
                            {
                                continue;
                            }

                            if (held.Place is not null)
                            {
                                await held.ClearAsync();
                            }

                            account.Complete(happened);
                            yield return happened;
                            account.Passed(happened);
                        }

                        await held.ClearAsync();
                        Report(target.Url, tries);

                        if (tries.End is WorkerTryEnd.Done)
                        {
                            yield break;
                        }

                        if (mayMove && tries.End is WorkerTryEnd.Refused { Problem: { Code: ErrorCode.WorkerBusy } full })
                        {
                            busy.Pass(target, full);
                            break;
                        }

                        busy.TryWait();
                        problem = await RecoverAsync(invocation, recovery ??= new(time), excluded, target, tries.End!, cancellationToken);
                    }

                    break;

                case DispatchOutcome.On when busy.TryWait():
                    break;

                case DispatchOutcome.On target:
                    problem = await SearchOnAsync(invocation, recovery ??= new(time), excluded, load.Full(target.Worker), cancellationToken);
                    break;

                default:
                    throw new UnreachableException();
            }

            if (busy.HasAskedAll)
            {
                problem = await FindPlaceAsync(invocation, request, busy, held, cancellationToken);
            }

            if (problem is not null)
            {
                yield return GenerateEvents.Failed(problem);
                yield break;
            }
        }
    }

    /// <summary>All had none: it waits for the first that has. Where it cannot, it is placed again, and waits there.</summary>
    private async Task<Problem?> FindPlaceAsync(Invocation invocation, GenerateRequest request, BusyWorkers busy, PlaceSlot held, CancellationToken cancellationToken)
    {
        try
        {
            held.Place = await places.FindAsync(invocation, request, busy.TakeLines(), cancellationToken);
            return null;
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline)
        {
            return invocation.DeadlineProblem("the workers' queues");
        }
    }

    private void Report(string url, WorkerTry tries)
    {
        if (tries.HasFailed)
        {
            circuits.Failed(url);
        }
        else
        {
            circuits.Succeeded(url);
        }
    }

    private DispatchOutcome? Place(Invocation invocation, RouteEntry route, HashSet<WorkerId> excluded, ReceivedTokens received)
    {
        var untilDue = received.Count == 0 ? route.Revision.SloTtft - invocation.Elapsed : null;

        return dispatcher.Place(route, invocation.CallId, untilDue, excluded, received.Arithmetic);
    }

    private async Task<DispatchOutcome> WakeAsync(Invocation invocation, RouteEntry route, CancellationToken cancellationToken)
    {
        try
        {
            return await dispatcher.WakeAsync(route, cancellationToken);
        }
        catch (OperationCanceledException) when (invocation.AbortCause is AbortCause.Deadline)
        {
            return new DispatchOutcome.Refused(invocation.DeadlineProblem("activation"));
        }
    }

    /// <summary>False each time the interval has passed and the placement has not ended.</summary>
    private async Task<bool> IsDoneAsync(Task placing)
    {
        if (placing.IsCompleted)
        {
            return true;
        }

        await placing.WaitAsync(options.Value.ProgressInterval, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return placing.IsCompleted;
    }

    /// <summary>Null: try again, somewhere else or the same place. Otherwise what to tell the caller.</summary>
    private async Task<Problem?> RecoverAsync(
        Invocation invocation,
        RecoveryBudget recovery,
        HashSet<WorkerId> excluded,
        DispatchOutcome.On target,
        WorkerTryEnd end,
        CancellationToken cancellationToken)
    {
        var problem = end switch
        {
            WorkerTryEnd.Unreachable unreachable => new Problem(ErrorCode.WorkerUnavailable, $"the worker cannot be reached: {unreachable.Reason}"),
            WorkerTryEnd.Refused refused => refused.Problem,
            WorkerTryEnd.Broken broken => broken.Problem,
            _ => throw new UnreachableException(),
        };

        recovery.MarkLost();

        if (invocation.AbortCause is not AbortCause.None || !Transient.IsWorthAnotherPlace(problem.Code))
        {
            return problem;
        }

        invocation.Replacements++;
        LogAgain(invocation.CallId.Value, target.Worker.Value, problem.Message);

        excluded.Add(target.Worker);

        // Whoever computes as the lost one did may be back soon; others' tokens would not be its own.
        if (problem.Code is ErrorCode.ArithmeticDiffers)
        {
            return await SearchAsync(invocation, recovery, options.Value.RecoveryWindow, excluded, problem, cancellationToken);
        }

        var allowed = end switch
        {
            WorkerTryEnd.Refused => recovery.TryReplace(),
            WorkerTryEnd.Broken => recovery.TryResume(),
            _ => false,
        };

        if (allowed)
        {
            return null;
        }

        return end is WorkerTryEnd.Unreachable
            ? await SearchAsync(invocation, recovery, options.Value.RecoveryWindow, excluded, problem, cancellationToken)
            : problem;
    }

    /// <summary>No place at all. One whose worker has just died waits for another; a fresh call waits only for a system that is not all there yet.</summary>
    private async Task<Problem?> SearchOnAsync(
        Invocation invocation, RecoveryBudget recovery, HashSet<WorkerId> excluded, Problem problem, CancellationToken cancellationToken)
    {
        if (invocation.AbortCause is not AbortCause.None)
        {
            return problem;
        }

        if (recovery.Lost && Transient.MayPass(problem.Code))
        {
            return await SearchAsync(invocation, recovery, options.Value.RecoveryWindow, excluded, problem, cancellationToken);
        }

        return Transient.IsAbsence(problem.Code)
            ? await SearchAsync(invocation, recovery, options.Value.StartWindow, excluded, problem, cancellationToken)
            : problem;
    }

    private async Task<Problem?> SearchAsync(
        Invocation invocation,
        RecoveryBudget recovery,
        TimeSpan window,
        HashSet<WorkerId> excluded,
        Problem problem,
        CancellationToken cancellationToken)
    {
        if (recovery.NextSearch(window) is not { } pause)
        {
            return problem;
        }

        if (pause == TimeSpan.Zero)
        {
            return null;
        }

        // From here on who failed may be back under its own name.
        excluded.Clear();

        using var noMore = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(board.Changed, Task.Delay(pause, time, noMore.Token));
        await noMore.CancelAsync();

        if (invocation.AbortCause is AbortCause.Deadline)
        {
            return invocation.DeadlineProblem("the search for another worker");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }
}
