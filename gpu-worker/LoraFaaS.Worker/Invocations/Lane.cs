using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Invocations;

/// <summary>One sandbox in the waiting room: who waits for it, by function, and how many run. Belongs to the room.</summary>
internal sealed class Lane
{
    private const double Weight = 0.1;

    private readonly Dictionary<FunctionId, int> _running = [];

    public Dictionary<FunctionId, LinkedList<QueueTicket>> Waiting { get; } = [];

    public int Running { get; private set; }

    public int WaitingCount { get; private set; }

    /// <summary>How long a sequence keeps its slot, as a moving average.</summary>
    public TimeSpan Residence { get; private set; }

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
    public QueueTicket Start(FunctionId function)
    {
        var ticket = Waiting[function].First!.Value;
        Remove(ticket);
        ticket.IsRunning = true;
        Running++;
        _running[function] = RunningOf(function) + 1;
        return ticket;
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
        Residence += (ran - Residence) * (Residence == TimeSpan.Zero ? 1 : Weight);

        if (_running[ticket.Function] is > 1 and var count)
        {
            _running[ticket.Function] = count - 1;
            return;
        }

        _running.Remove(ticket.Function);
    }
}
