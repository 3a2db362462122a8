using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Bench.Memory;

/// <summary>
/// S-LoRA's unified paging (section 4 of its paper), in the units of its published code: one index stands for one token's key row and value row in every layer; a
/// rank-r module takes r rows of A among the keys and r of B among the values, as many rows each as its width has key widths. The lowest free index first.
/// </summary>
internal sealed class RowPageStore : IReplayStore
{
    private readonly FreePages _free;
    private readonly int _slots;
    private readonly long _slotBytes;
    private readonly ExtentUse _extents;
    private readonly Dictionary<long, int[]> _held = [];

    public RowPageStore(NamedShape shape, long budget)
    {
        _slotBytes = 2L * shape.Layers * 2 * shape.KvHeads * shape.HeadDim;
        _slots = (int)(budget / _slotBytes);
        _free = new FreePages(_slots);
        _extents = new ExtentUse(budget, DeviceLedger.Extent.Bytes);

        for (var slot = 0; slot < _slots; slot++)
        {
            _free.Add(slot);
        }
    }

    public string Name => "row pages (S-LoRA)";

    public long Leased => _extents.Bytes;

    public long Free => _free.Count * _slotBytes;

    public double ExternalFragmentation => 0;

    public long BytesOf(ReplayAdapter adapter) => adapter.Slots * _slotBytes;

    public long BytesOf(int tokens) => tokens * _slotBytes;

    public bool TryPlace(int domain, long id, long bytes)
    {
        var wanted = (int)(bytes / _slotBytes);

        if (_free.Count < wanted)
        {
            return false;
        }

        var slots = new int[wanted];

        for (var i = 0; i < wanted; i++)
        {
            slots[i] = _free.TakeLowest();
            _extents.Add(slots[i] * _slotBytes, _slotBytes, 1);
        }

        _held.Add(id, slots);
        return true;
    }

    public void Remove(int domain, long id)
    {
        if (!_held.Remove(id, out var slots))
        {
            return;
        }

        foreach (var slot in slots)
        {
            _free.Add(slot);
            _extents.Add(slot * _slotBytes, _slotBytes, -1);
        }
    }

    public void Tidy()
    {
    }
}
