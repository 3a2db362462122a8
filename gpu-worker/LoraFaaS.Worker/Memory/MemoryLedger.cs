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

    internal void Return(MemoryLease lease)
    {
        lock (_gate)
        {
            var left = _owners[lease.Owner] - lease.Size.Bytes;
            _used -= lease.Size.Bytes;

            if (left == 0)
            {
                _owners.Remove(lease.Owner);
                return;
            }

            _owners[lease.Owner] = left;
        }
    }

    private long Whole(long bytes) => (bytes + _extentBytes - 1) / _extentBytes * _extentBytes;
}
