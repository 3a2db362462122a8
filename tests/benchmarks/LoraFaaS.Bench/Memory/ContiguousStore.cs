using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Bench.Memory;

/// <summary>
/// Best fit in one region: each adapter, and each sequence's keys and values at the length that it will have in the end (which a real system would not
/// know), in one piece.
/// </summary>
internal sealed class ContiguousStore : IReplayStore
{
    private readonly SortedSet<(long Bytes, long Offset)> _bySize = [];
    private readonly Dictionary<long, long> _holes = [];
    private readonly Dictionary<long, (long Offset, long Bytes)> _held = [];
    private readonly ExtentUse _extents;
    private readonly SortedSet<long> _offsets = [];
    private readonly long _tokenBytes;

    public ContiguousStore(NamedShape shape, long budget)
    {
        _extents = new ExtentUse(budget, DeviceLedger.Extent.Bytes);
        _tokenBytes = 2L * shape.Layers * 2 * shape.KvHeads * shape.HeadDim;
        Free = budget;
        AddHole(0, budget);
    }

    public string Name => "contiguous, best fit";

    public long Leased => _extents.Bytes;

    public long Free { get; private set; }

    public double ExternalFragmentation => Free == 0 ? 0 : 1 - ((_bySize.Count == 0 ? 0 : _bySize.Max.Bytes) / (double)Free);

    public long BytesOf(ReplayAdapter adapter) => adapter.PackedBytes;

    public long BytesOf(int tokens) => tokens * _tokenBytes;

    public bool TryPlace(int domain, long id, long bytes)
    {
        var fit = _bySize.GetViewBetween((bytes, 0), (long.MaxValue, long.MaxValue)).Min;

        if (fit.Bytes < bytes)
        {
            return false;
        }

        RemoveHole(fit.Offset, fit.Bytes);

        if (fit.Bytes > bytes)
        {
            AddHole(fit.Offset + bytes, fit.Bytes - bytes);
        }

        _held.Add(id, (fit.Offset, bytes));
        _extents.Add(fit.Offset, bytes, 1);
        Free -= bytes;
        return true;
    }

    public void Remove(int domain, long id)
    {
        if (!_held.Remove(id, out var block))
        {
            return;
        }

        _extents.Add(block.Offset, block.Bytes, -1);
        Free += block.Bytes;
        var (offset, bytes) = block;

        if (_holes.TryGetValue(offset + bytes, out var next))
        {
            RemoveHole(offset + bytes, next);
            bytes += next;
        }

        if (_offsets.GetViewBetween(long.MinValue, offset) is { Count: > 0 } below && below.Max is var before && before + _holes[before] == offset)
        {
            var size = _holes[before];
            RemoveHole(before, size);
            (offset, bytes) = (before, bytes + size);
        }

        AddHole(offset, bytes);
    }

    public void Tidy()
    {
    }

    private void AddHole(long offset, long bytes)
    {
        _holes[offset] = bytes;
        _offsets.Add(offset);
        _bySize.Add((bytes, offset));
    }

    private void RemoveHole(long offset, long bytes)
    {
        _holes.Remove(offset);
        _offsets.Remove(offset);
        _bySize.Remove((bytes, offset));
    }
}
