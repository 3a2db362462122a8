using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// For functions that say how many of their invocations may run at once for each instance (<c>lorafaas.io/max-concurrent</c>, Knative's
/// <c>containerConcurrency</c>): whoever finds no place waits in line, ten for each place, as before Knative's queue-proxy; who finds the line full is told when to
/// come back. Waiting is within the invocation's one deadline. Each gateway counts its own; the workers count again, where the calls of all gateways meet.
/// </summary>
internal sealed class FunctionPlaces(TimeProvider time)
{
    private const int WaitingPerPlace = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<FunctionId, FunctionLine> _lines = [];

    /// <summary>A place to be disposed at the invocation's end, or why there is none; neither where the function does not bound itself.</summary>
    /// <exception cref="OperationCanceledException">While it waited.</exception>
    public ValueTask<(IDisposable? Place, Problem? Problem)> EnterAsync(RouteEntry route, CancellationToken cancellationToken)
    {
        if (route.Revision.MaxConcurrent == 0)
        {
            return default;
        }

        var function = route.Function;
        LinkedListNode<TaskCompletionSource> ticket;

        lock (_gate)
        {
            if (!_lines.TryGetValue(function, out var line))
            {
                _lines.Add(function, line = new FunctionLine());
            }

            // An instance is a worker that holds the adapter; of one that still sleeps the first will be there.
            line.Most = route.Revision.MaxConcurrent * Math.Max(1, route.Placements.Count);
            line.Grant();

            if (line.TryEnter())
            {
                return new((new Place(this, function), null));
            }

            if (line.Waiting.Count >= WaitingPerPlace * line.Most)
            {
                return new((null, new Problem(
                    ErrorCode.QueueFull, $"{line.Most} invocations of {function} run, as many as it lets, and {line.Waiting.Count} wait", RetryAfter: line.RetryAfter)));
            }

            ticket = line.Waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return WaitAsync(function, ticket, cancellationToken);
    }

    private async ValueTask<(IDisposable? Place, Problem? Problem)> WaitAsync(
        FunctionId function, LinkedListNode<TaskCompletionSource> ticket, CancellationToken cancellationToken)
    {
        try
        {
            await ticket.Value.Task.WaitAsync(cancellationToken);
            return (new Place(this, function), null);
        }
        catch (OperationCanceledException)
        {
            Quit(function, ticket);
            throw;
        }
    }

    /// <summary>Its turn may have come in this very moment: then its place goes to the next.</summary>
    private void Quit(FunctionId function, LinkedListNode<TaskCompletionSource> ticket)
    {
        lock (_gate)
        {
            if (ticket.List is { } line)
            {
                line.Remove(ticket);
                Forget(function);
                return;
            }
        }

        Leave(function);
    }

    private void Leave(FunctionId function)
    {
        lock (_gate)
        {
            _lines[function].Leave(time);
            Forget(function);
        }
    }

    private void Forget(FunctionId function)
    {
        if (_lines[function].IsIdle)
        {
            _lines.Remove(function);
        }
    }

    private sealed class Place(FunctionPlaces places, FunctionId function) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                places.Leave(function);
            }
        }
    }
}
