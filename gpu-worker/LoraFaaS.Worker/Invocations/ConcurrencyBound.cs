using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// For functions that say how many of their invocations may run at once for each instance: counted here, where the calls of all gateways meet. Each gateway holds
/// its own callers back already, so that only what several let through at the same time waits here, in the order it came and within its deadline. A call that another worker can serve does not
/// wait: it is told so at once. The several generations of one invocation are one.
/// </summary>
internal sealed class ConcurrencyBound(IOptions<BatchOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FunctionId, ConcurrencyLine> _lines = [];

    /// <summary>Invocations that wait for a place now, of all functions. One that stands in several workers' lines is counted at each.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _lines.Values.Sum(line => line.Waiting);
            }
        }
    }

    /// <summary>A place to be disposed at the generation's end; null: the function does not bound itself.</summary>
    public async ValueTask<Loading<IDisposable?>> EnterAsync(Invocation invocation, InvocationAbort abort)
    {
        if (invocation.Revision.MaxConcurrent <= 0)
        {
            return new Loading<IDisposable?>.Ready(null);
        }

        var function = invocation.Function;
        ConcurrencyPlace place;

        lock (_gate)
        {
            if (!_lines.TryGetValue(function, out var line))
            {
                _lines.Add(function, line = new ConcurrencyLine());
            }

            line.Most = invocation.Revision.MaxConcurrent;

            if (invocation.Request.MayMove && !line.HasRoomFor(invocation.Request.InvocationKey))
            {
                return new Loading<IDisposable?>.Failed(new Problem(
                    ErrorCode.WorkerBusy, $"{line.Most} invocations of {function} run on this worker, as many as it lets, and {line.Waiting} wait",
                    RetryAfter: DoorPolicy.RetryAfter(line.Waiting, TimeSpan.Zero)));
            }

            if (line.Waiting >= options.Value.QueueLength)
            {
                return new Loading<IDisposable?>.Failed(new Problem(
                    ErrorCode.QueueFull, $"{line.Most} invocations of {function} run on this worker, as many as it lets, and {line.Waiting} wait",
                    RetryAfter: DoorPolicy.RetryAfter(line.Waiting, TimeSpan.Zero)));
            }

            place = line.Enter(invocation.Request.InvocationKey);
        }

        var begun = time.GetTimestamp();
        invocation.Stage = InvocationStage.Queue;

        try
        {
            await place.Granted.WaitAsync(abort.Token);
        }
        catch (OperationCanceledException) when (abort.Token.IsCancellationRequested)
        {
            Leave(function, place);
            return new Loading<IDisposable?>.Failed(WorkerPipeline.Aborted(invocation, abort.Cause).Problem);
        }

        invocation.QueueTime += time.GetElapsedTime(begun);
        return new Loading<IDisposable?>.Ready(new Held(this, function, place));
    }

    private void Leave(FunctionId function, ConcurrencyPlace place)
    {
        lock (_gate)
        {
            var line = _lines[function];
            line.Leave(place);

            if (line.IsIdle)
            {
                _lines.Remove(function);
            }
        }
    }

    private sealed class Held(ConcurrencyBound bound, FunctionId function, ConcurrencyPlace place) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                bound.Leave(function, place);
            }
        }
    }
}
