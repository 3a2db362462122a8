using System.Runtime.InteropServices;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;
using LoraFaaS.Policies.Fairness;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Admission;

/// <summary>
/// Places for the invocations that run through this gateway, and a short, bounded queue before them. While there are places nobody waits; at a full door
/// namespaces get theirs in fair shares by weight, whoever came in larger numbers.
/// </summary>
internal sealed class DoorQueue(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Of the newest interval between two places that became free.</summary>
    private const double AverageWeight = 0.1;

    private const int MaxIdleLines = 256;

    private static readonly TimeSpan FirstGuess = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<NamespaceName, DoorLineState> _lines = [];
    private readonly List<DoorLineState> _shown = [];
    private readonly List<DoorLine> _views = [];
    private readonly int _places = options.Value.MaxInFlight;
    private readonly int _room = options.Value.MaxQueued;
    private readonly TimeSpan _patience = options.Value.MaxQueueTime;
    private TimeSpan _interval = FirstGuess;
    private long _lastLeft;
    private long _arrivals;
    private int _running;
    private int _waiting;

    public int Running => Volatile.Read(ref _running);

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>When one who comes now may expect a place.</summary>
    public TimeSpan RetryAfter()
    {
        lock (_gate)
        {
            return DoorPolicy.RetryAfter(_waiting, _interval);
        }
    }

    /// <summary>A place at once, or when its turn comes. Cancelled while it waits, it leaves the queue.</summary>
    public ValueTask<DoorEntry> EnterAsync(NamespaceName name, FunctionPriority priority, CancellationToken cancellationToken)
    {
        var cost = 1 / PriorityWeight.Of(priority);
        DoorTicket ticket;

        lock (_gate)
        {
            var line = LineOf(name);

            if (_running < _places && _waiting == 0)
            {
                _running++;
                line.Held += cost;
                return new ValueTask<DoorEntry>(new DoorEntry.Entered(new DoorPlace(name, cost)));
            }

            if (_waiting >= _room && !TryDisplace(line, cost))
            {
                Forget(line);
                return new ValueTask<DoorEntry>(Full("the gateway has as many invocations in flight, and as many waiting, as it may"));
            }

            ticket = new DoorTicket(line, priority, cost, _arrivals++);
            line.Add(ticket);
            _waiting++;
        }

        return new ValueTask<DoorEntry>(WaitAsync(ticket, cancellationToken));
    }

    public void Leave(DoorPlace place)
    {
        lock (_gate)
        {
            Observe();
            _running--;

            if (_lines.TryGetValue(place.Namespace, out var line))
            {
                line.Held -= place.Cost;
                Forget(line);
            }

            Grant();
        }
    }

    private async Task<DoorEntry> WaitAsync(DoorTicket ticket, CancellationToken cancellationToken)
    {
        var place = new DoorPlace(ticket.Line.Name, ticket.Cost);

        try
        {
            return await ticket.Turn.Task.WaitAsync(_patience, time, cancellationToken)
                ? new DoorEntry.Entered(place)
                : Full("the gateway is full, and others of this namespace wait already");
        }
        catch (TimeoutException)
        {
            // Its turn may have come in this very moment: then it has its place.
            return TryQuit(ticket) || !await ticket.Turn.Task
                ? Full($"no place became free within {_patience.TotalSeconds:0.###} s")
                : new DoorEntry.Entered(place);
        }
        catch (OperationCanceledException)
        {
            if (!TryQuit(ticket) && await ticket.Turn.Task)
            {
                Leave(place);
            }

            throw;
        }
    }

    /// <summary>False: its turn was decided already.</summary>
    private bool TryQuit(DoorTicket ticket)
    {
        lock (_gate)
        {
            if (!ticket.Line.Remove(ticket))
            {
                return false;
            }

            _waiting--;
            Forget(ticket.Line);
            return true;
        }
    }

    private void Grant()
    {
        while (_running < _places && _waiting > 0)
        {
            Show();
            var line = _shown[DoorPolicy.Next(CollectionsMarshal.AsSpan(_views))];
            var ticket = line.First!;
            line.Remove(ticket);
            line.Held += ticket.Cost;
            _waiting--;
            _running++;
            ticket.Turn.SetResult(true);
        }
    }

    private bool TryDisplace(DoorLineState newcomer, double cost)
    {
        if (_waiting == 0)
        {
            return false;
        }

        Show();
        var index = DoorPolicy.Displaced(CollectionsMarshal.AsSpan(_views), _shown.IndexOf(newcomer), cost);

        if (index == DoorPolicy.Nobody)
        {
            return false;
        }

        var ticket = _shown[index].Last!;
        ticket.Line.Remove(ticket);
        _waiting--;
        ticket.Turn.SetResult(false);
        Forget(ticket.Line);
        return true;
    }

    private void Show()
    {
        _shown.Clear();
        _views.Clear();

        foreach (var line in _lines.Values)
        {
            _shown.Add(line);
            _views.Add(line.View);
        }
    }

    /// <summary>Only while the door is full: then the time between two who leave is the time between two who may enter.</summary>
    private void Observe()
    {
        var now = time.GetTimestamp();

        if (_running >= _places && _lastLeft != 0)
        {
            _interval += (time.GetElapsedTime(_lastLeft, now) - _interval) * AverageWeight;
        }

        _lastLeft = now;
    }

    private DoorEntry.Refused Full(string message) => new(new Problem(ErrorCode.QueueFull, message, RetryAfter: RetryAfter()));

    private DoorLineState LineOf(NamespaceName name)
    {
        if (!_lines.TryGetValue(name, out var line))
        {
            _lines.Add(name, line = new DoorLineState(name));
        }

        return line;
    }

    /// <summary>Lines are few and are kept for the next call; only where namespaces come and go in numbers are idle ones let go.</summary>
    private void Forget(DoorLineState line)
    {
        if (_lines.Count > MaxIdleLines && line.IsIdle)
        {
            _lines.Remove(line.Name);
        }
    }
}
