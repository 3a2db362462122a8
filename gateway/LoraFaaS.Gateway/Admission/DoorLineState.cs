using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Admission;

/// <summary>What a namespace holds and who waits for it: higher priorities first, then as they came. Used under the queue's lock.</summary>
internal sealed class DoorLineState(NamespaceName name)
{
    private readonly LinkedList<DoorTicket> _high = [];
    private readonly LinkedList<DoorTicket> _normal = [];
    private readonly LinkedList<DoorTicket> _low = [];

    public NamespaceName Name => name;

    public double Held { get; set; }

    public double Waiting { get; private set; }

    public bool IsIdle => Held <= 0 && First is null;

    public DoorTicket? First => (_high.First ?? _normal.First ?? _low.First)?.Value;

    /// <summary>The one whose loss is the smallest: of the lowest priority, the last to come.</summary>
    public DoorTicket? Last => (_low.Last ?? _normal.Last ?? _high.Last)?.Value;

    public DoorLine View => new(Held, Waiting, First?.Cost ?? 0, First?.Arrival ?? 0);

    public void Add(DoorTicket ticket)
    {
        OfPriority(ticket.Priority).AddLast(ticket);
        Waiting += ticket.Cost;
    }

    /// <summary>False: it does not wait any more.</summary>
    public bool Remove(DoorTicket ticket)
    {
        if (!OfPriority(ticket.Priority).Remove(ticket))
        {
            return false;
        }

        Waiting -= ticket.Cost;
        return true;
    }

    private LinkedList<DoorTicket> OfPriority(FunctionPriority priority) => priority switch
    {
        FunctionPriority.High => _high,
        FunctionPriority.Low => _low,
        _ => _normal,
    };
}
