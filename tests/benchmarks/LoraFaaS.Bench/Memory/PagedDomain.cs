using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Bench.Memory;

/// <summary>One sandbox's pool under its lease.</summary>
internal sealed class PagedDomain : IDisposable
{
    private readonly string _name;
    private readonly DeviceLedger _ledger;
    private readonly UnbackedMemory _arena;
    private readonly PagePool _pool;
    private readonly Dictionary<long, PageIndex[]> _held = [];
    private MemoryLease? _lease;
    private long _neededBefore;

    public PagedDomain(string name, DeviceLedger ledger, int pageBytes)
    {
        (_name, _ledger) = (name, ledger);
        _arena = new UnbackedMemory(ledger.Capacity.Bytes);
        _pool = new PagePool(_arena, pageBytes, 0);
    }

    public long Leased => _lease?.Size.Bytes ?? 0;

    public long Slack => (long)_pool.Free * _pool.PageBytes;

    /// <summary>Of <see cref="Slack"/>, what can leave: whole extents, once the rest has moved together.</summary>
    public long WholeSlack => Slack / DeviceLedger.Extent.Bytes * DeviceLedger.Extent.Bytes;

    public long Copied => _arena.Copied;

    public bool TryPlace(long id, long bytes)
    {
        var pages = new PageIndex[bytes / _pool.PageBytes];

        if (!_pool.TryRent(new OwnerTag((ulong)id + 1), pages))
        {
            return false;
        }

        _held.Add(id, pages);
        return true;
    }

    public void Remove(long id)
    {
        if (_held.Remove(id, out var pages))
        {
            _pool.Return(pages);
        }
    }

    public bool TryGrow(long bytes)
    {
        if (bytes <= 0)
        {
            return true;
        }

        if (_lease is null)
        {
            _lease = (_ledger.TryLease(_name, new ByteSize(bytes)) as LeaseOutcome.Granted)?.Lease;
        }
        else if (_lease.TryResize(new ByteSize(Leased + bytes)) is LeaseOutcome.Refused)
        {
            return false;
        }

        _pool.Grow((int)(Leased / _pool.PageBytes));
        return _lease is not null;
    }

    /// <summary>To so many bytes, or what is held: pages move down, whole extents go back.</summary>
    public void Shrink(long bytes)
    {
        if (_lease is null || bytes >= Leased)
        {
            return;
        }

        var moves = _pool.Shrink((int)((bytes + _pool.PageBytes - 1) / _pool.PageBytes), _held.Values.SelectMany(pages => pages).ToHashSet());

        foreach (var pages in _held.Values)
        {
            for (var i = 0; i < pages.Length; i++)
            {
                pages[i] = moves.TryFind(pages[i], out var to) ? to : pages[i];
            }
        }

        if (_pool.Total == 0)
        {
            _lease.Dispose();
            _lease = null;
            return;
        }

        _lease.TryResize(new ByteSize((long)_pool.Total * _pool.PageBytes));
        _pool.Grow((int)(Leased / _pool.PageBytes));
    }

    /// <summary>As the worker does each second: whole extents that were not needed at two looks go back.</summary>
    public void Trim()
    {
        var needed = (long)_pool.Used * _pool.PageBytes;
        var target = SandboxLease.WholeExtents(Math.Max(needed, _neededBefore));
        _neededBefore = needed;

        if (Leased > target)
        {
            Shrink(target);
        }
    }

    public void Dispose()
    {
        _lease?.Dispose();
        _arena.Dispose();
    }
}
