namespace LoraFaaS.Simulator.Running;

/// <summary>Sequences by the token count at which they end, nearest first.</summary>
internal sealed class FinishHeap
{
    private (double At, int Call)[] _heap = new (double, int)[8];

    public int Count { get; private set; }

    public double NextAt => _heap[0].At;

    public void Put(double at, int call)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        var index = Count++;

        while (index > 0 && at < _heap[(index - 1) >> 1].At)
        {
            _heap[index] = _heap[(index - 1) >> 1];
            index = (index - 1) >> 1;
        }

        _heap[index] = (at, call);
    }

    public int Take()
    {
        var call = _heap[0].Call;
        var last = _heap[--Count];
        var index = 0;

        while ((2 * index) + 1 < Count)
        {
            var child = (2 * index) + 1;
            child += child + 1 < Count && _heap[child + 1].At < _heap[child].At ? 1 : 0;

            if (_heap[child].At >= last.At)
            {
                break;
            }

            _heap[index] = _heap[child];
            index = child;
        }

        _heap[index] = last;
        return call;
    }
}
