namespace LoraFaaS.Simulator.Events;

/// <summary>A binary heap of structs, earliest first. Grows; never allocates for an event.</summary>
internal sealed class EventQueue
{
    private SimEvent[] _heap = new SimEvent[1_024];
    private long _order;

    public int Count { get; private set; }

    public double NextTime => Count == 0 ? double.PositiveInfinity : _heap[0].Time;

    public void Put(double time, EventKind kind, int subject, int version = 0)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        var added = new SimEvent { Time = time, Order = _order++, Kind = kind, Subject = subject, Version = version };
        var at = Count++;

        while (at > 0)
        {
            var parent = (at - 1) >> 1;

            if (!IsBefore(added, _heap[parent]))
            {
                break;
            }

            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = added;
    }

    public SimEvent Take()
    {
        var first = _heap[0];
        var last = _heap[--Count];
        var at = 0;

        while (true)
        {
            var child = (2 * at) + 1;

            if (child >= Count)
            {
                break;
            }

            if (child + 1 < Count && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (!IsBefore(_heap[child], last))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return first;
    }

    private static bool IsBefore(in SimEvent left, in SimEvent right) => left.Time < right.Time || (left.Time == right.Time && left.Order < right.Order);
}
