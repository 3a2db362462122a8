using System.Collections.Concurrent;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// The generations that one invocation's code asks for: bounded in number, each under what is left of the one deadline, their tokens counted to the
/// invocation here, where the code cannot reach.
/// </summary>
internal sealed class GenerationDesk(
    Invocation invocation,
    HandlerCall call,
    InvocationAbort abort,
    Func<Invocation, IEventSink, InvocationAbort, Task<InvocationEnd>> generate,
    Func<bool> answerHasBegun,
    TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<uint, HandlerSink> _running = new();
    private readonly ConcurrentDictionary<uint, Problem> _failures = new();
    private readonly List<Task> _tasks = [];
    private uint _last;

    /// <summary>What a generation failed with; null: there is none of this number, or it did not fail.</summary>
    public Problem? FailureOf(uint generation) => _failures.GetValueOrDefault(generation);

    /// <summary>Starts a generation, or tells the code why not.</summary>
    public async ValueTask AskAsync(Ask ask, CancellationToken cancellationToken)
    {
        if (Refuse(ask) is { } problem)
        {
            await FailAsync(ask.Generation, problem, cancellationToken);
            return;
        }

        switch (AskReader.Read(invocation.Request, ask))
        {
            case Loading<GenerateRequest>.Ready ready:
                var sink = new HandlerSink(call, ask.Generation, Math.Clamp(ask.Credits, 1, HandlerLimits.GenerationCredits), abort.Token);
                _running[ask.Generation] = sink;
                _tasks.Add(Task.Run(() => RunAsync(ask.Generation, ready.Value, sink), CancellationToken.None));
                return;
            case Loading<GenerateRequest>.Failed failed:
                await FailAsync(ask.Generation, failed.Problem, cancellationToken);
                return;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public void AddCredits(uint generation, int credits) => _running.GetValueOrDefault(generation)?.AddCredits(credits);

    public void Leave(uint generation) => _running.GetValueOrDefault(generation)?.Leave();

    /// <summary>Ends what still runs, and returns when all of it is counted.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _running.Values)
        {
            sink.Leave();
        }

        await Task.WhenAll(_tasks);
    }

    private Problem? Refuse(Ask ask)
    {
        if (ask.Generation <= _last)
        {
            return new Problem(ErrorCode.InvalidRequest, "a generation's number is used once");
        }

        _last = ask.Generation;

        if (ask.Generation > HandlerLimits.MaxGenerations)
        {
            return new Problem(ErrorCode.QueueFull, $"an invocation generates at most {HandlerLimits.MaxGenerations} times");
        }

        return _running.Count >= HandlerLimits.MaxGenerationsAtOnce
            ? new Problem(ErrorCode.QueueFull, $"an invocation runs at most {HandlerLimits.MaxGenerationsAtOnce} generations at once")
            : null;
    }

    private ValueTask FailAsync(uint generation, Problem problem, CancellationToken cancellationToken)
    {
        // A code that makes up numbers is told, and not remembered.
        if (_failures.Count < 2 * HandlerLimits.MaxGenerations)
        {
            _failures[generation] = problem;
        }

        return call.SendAsync(generation, new GenerateEvent { Failed = ToWire(problem) }, cancellationToken);
    }

    private async Task RunAsync(uint index, GenerateRequest request, HandlerSink sink)
    {
        var begun = time.GetTimestamp();
        var left = invocation.TimeLimit - time.GetElapsedTime(invocation.ArrivedAt, begun);
        var generation = invocation.Generation(request, begun, left > TimeSpan.Zero ? left : TimeSpan.Zero);

        try
        {
            using var ending = new InvocationAbort(generation.TimeLimit, time, sink.Left, CancellationToken.None);
            InvocationEnd end;

            try
            {
                end = await generate(generation, sink, ending);
            }
            finally
            {
                Count(generation);
            }

            _running.TryRemove(index, out _);
            await SayAsync(index, end);
        }
        finally
        {
            _running.TryRemove(index, out _);
            sink.Dispose();
        }
    }

    private void Count(Invocation generation)
    {
        lock (_gate)
        {
            invocation.Add(generation, ledToAnswer: !answerHasBegun());
        }
    }

    private ValueTask SayAsync(uint index, InvocationEnd end) => end switch
    {
        InvocationEnd.Done done => call.SendAsync(index, new GenerateEvent { Finished = Public(done.Finished) }, CancellationToken.None),
        InvocationEnd.Failed failed => FailAsync(index, failed.Problem, CancellationToken.None),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Where its time went is the invocation's account, not the code's.</summary>
    private static Finished Public(Finished finished) =>
        new() { Reason = finished.Reason, PromptTokens = finished.PromptTokens, CompletionTokens = finished.CompletionTokens };

    private static Failed ToWire(Problem problem) => new() { Code = problem.Code.ToWire(), Message = problem.ToString() };
}
