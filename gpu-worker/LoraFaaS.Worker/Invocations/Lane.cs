using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Worker.Invocations;

/// <summary>One sandbox in the waiting room: who waits for it, by function, and how many run. Belongs to the room.</summary>
internal sealed class Lane
{
    private const double Weight = 0.1;

    private readonly Dictionary<FunctionId, int> _running = [];
    private readonly LinkedList<QueueTicket> _pending = [];
    private long? _firstTokenAt;

    public Dictionary<FunctionId, LinkedList<QueueTicket>> Waiting { get; } = [];

    public int Running { get; private set; }

    public int WaitingCount { get; private set; }

    /// <summary>How long a sequence keeps its slot, as a moving average.</summary>
    public TimeSpan Residence { get; private set; }

    /// <summary>Of its first tokens, while somebody who runs waits for one.</summary>
    public FirstTokenPace Pace { get; private set; }

    /// <summary>Who runs, will say when the first token comes, and has not yet.</summary>
    public int PendingCount => _pending.Count;

    public bool IsEmpty => Waiting.Count == 0;

    public int RunningOf(FunctionId function) => _running.GetValueOrDefault(function);

    public void Add(QueueTicket ticket)
    {
        if (!Waiting.TryGetValue(ticket.Function, out var waiting))
        {
            Waiting.Add(ticket.Function, waiting = []);
        }

        waiting.AddLast(ticket);
        WaitingCount++;
    }

    /// <summary>The oldest of a function begins to run.</summary>
    public QueueTicket Start(FunctionId function, long now)
    {
        var ticket = Waiting[function].First!.Value;
        Remove(ticket);
        (ticket.IsRunning, ticket.GrantedAt) = (true, now);
        Running++;
        _running[function] = RunningOf(function) + 1;

        if (ticket.SaysItsFirstToken)
        {
            _pending.AddLast(ticket);
        }

        return ticket;
    }

    /// <summary>How long the first of those who run has waited for his first token; zero: nobody does.</summary>
    public TimeSpan Pending(TimeProvider time) => _pending.First is { } first ? time.GetElapsedTime(first.Value.GrantedAt) : TimeSpan.Zero;

    /// <summary>Its first token came.</summary>
    public void Begin(QueueTicket ticket, TimeProvider time)
    {
        if (!_pending.Remove(ticket))
        {
            return;
        }

        if (_firstTokenAt is { } last)
        {
            Pace = Pace.Observe(time.GetElapsedTime(last), 1);
        }

        _firstTokenAt = _pending.Count > 0 ? time.GetTimestamp() : null;
    }

    /// <summary>False: it was not waiting.</summary>
    public bool Remove(QueueTicket ticket)
    {
        if (!Waiting.TryGetValue(ticket.Function, out var waiting) || !waiting.Remove(ticket))
        {
            return false;
        }

        WaitingCount--;

        if (waiting.Count == 0)
        {
            Waiting.Remove(ticket.Function);
        }

        return true;
    }

    public void End(QueueTicket ticket, TimeSpan ran)
    {
        ticket.IsRunning = false;
        Running--;
        _pending.Remove(ticket);
        _firstTokenAt = _pending.Count > 0 ? _firstTokenAt : null;
        Residence += (ran - Residence) * (Residence == TimeSpan.Zero ? 1 : Weight);

        if (_running[ticket.Function] is > 1 and var count)
        {
            _running[ticket.Function] = count - 1;
            return;
        }

        _running.Remove(ticket.Function);
    }
}
