using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Memory;

/// <summary>
/// A book of bytes: every byte given out is under an owner's name, and more than there is cannot be given. Counts whole extents, so that
/// what is returned always fits the next owner. Holds no memory itself.
/// </summary>
internal abstract class MemoryLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _owners = new(StringComparer.Ordinal);
    private readonly string _name;
    private readonly long _extentBytes;
    private long _used;

    protected MemoryLedger(string name, ByteSize capacity, ByteSize extent)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity.Bytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(extent.Bytes);
        _name = name;
        _extentBytes = extent.Bytes;
        Capacity = capacity;
    }

    public ByteSize Capacity { get; }

    public ByteSize Used
    {
        get
        {
            lock (_gate)
            {
                return new ByteSize(_used);
            }
        }
    }

    public ByteSize Free => Capacity - Used;

    /// <summary>Who holds how much now.</summary>
    public IReadOnlyDictionary<string, ByteSize> Owners
    {
        get
        {
            lock (_gate)
            {
                return _owners.ToDictionary(pair => pair.Key, pair => new ByteSize(pair.Value), StringComparer.Ordinal);
            }
        }
    }

    public LeaseOutcome TryLease(string owner, ByteSize size)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Bytes);

        lock (_gate)
        {
            // Compared before rounding up: a size near the limits of long must not wrap around into a small one.
            if (size.Bytes > Capacity.Bytes || Whole(size.Bytes) > Capacity.Bytes - _used)
            {
                return new LeaseOutcome.Refused($"{owner} asked for {size} of {_name} memory; {new ByteSize(Capacity.Bytes - _used)} of {Capacity} are free.");
            }

            var bytes = Whole(size.Bytes);
            _used += bytes;
            _owners[owner] = _owners.GetValueOrDefault(owner) + bytes;
            return new LeaseOutcome.Granted(new MemoryLease(this, owner, new ByteSize(bytes)));
        }
    }

    internal LeaseOutcome TryResize(MemoryLease lease, ByteSize size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size.Bytes);

        lock (_gate)
        {
            var held = lease.Size.Bytes;

            // One that was given back stays so.
            if (held == 0 || size.Bytes > Capacity.Bytes || Whole(size.Bytes) - held > Capacity.Bytes - _used)
            {
                return new LeaseOutcome.Refused($"{lease.Owner} asked for {size} of {_name} memory instead of {new ByteSize(held)}; {new ByteSize(Capacity.Bytes - _used)} of {Capacity} are free.");
            }

            Change(lease, Whole(size.Bytes) - held);
            return new LeaseOutcome.Granted(lease);
        }
    }

    internal void Return(MemoryLease lease)
    {
        lock (_gate)
        {
            Change(lease, -lease.Size.Bytes);
        }
    }

    private void Change(MemoryLease lease, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        var left = _owners[lease.Owner] + bytes;
        _used += bytes;
        lease.Become(lease.Size.Bytes + bytes);

        if (left == 0)
        {
            _owners.Remove(lease.Owner);
            return;
        }

        _owners[lease.Owner] = left;
    }

    private long Whole(long bytes) => (bytes + _extentBytes - 1) / _extentBytes * _extentBytes;
}
