using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// The host tier of prompt prefixes: what a sandbox has computed of a prompt that all calls of a revision begin with, in sealed memory under the host ledger, until the sandbox of the same
/// trust domain and backbone wants it again. No other is ever given it. It outlives the sandbox, and ends with the worker. Everything else goes before it: a full host keeps no prefix.
/// </summary>
internal sealed class PrefixImages(HostLedger ledger) : IDisposable
{
    /// <summary>All of them together have at most one of so many parts of the host's memory, and two gigabytes, which is what one span can show.</summary>
    private const int Parts = 16;

    private readonly Lock _gate = new();
    private readonly LruBook<PrefixKey> _book = new();
    private readonly Dictionary<PrefixKey, (PrefixImage About, SealedMemory Image, MemoryLease Lease)> _images = [];

    /// <summary>What is kept.</summary>
    public IReadOnlyList<PrefixImage> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => _images[entry.Key].About)];
            }
        }
    }

    /// <summary>Null: there is none.</summary>
    public PrefixImage? Find(PrefixKey key)
    {
        lock (_gate)
        {
            return _book.Contains(key) ? _images[key].About : null;
        }
    }

    /// <summary>Null: there is none. It stays until it is disposed.</summary>
    public HostPrefix? TryUse(PrefixKey key)
    {
        lock (_gate)
        {
            return _book.TryUse(key) ? new HostPrefix(_images[key].About, _images[key].Image, () => EndUse(key)) : null;
        }
    }

    /// <summary>Room for so many bytes, from older ones if need be. Null: there is none, or it would be too much of the host.</summary>
    public MemoryLease? TryLease(PrefixKey key, ByteSize size)
    {
        var most = Math.Min(int.MaxValue, ledger.Capacity.Bytes / Parts);

        if (size.Bytes > most)
        {
            return null;
        }

        while (Bytes + size.Bytes > most)
        {
            if (!TryEvictOne())
            {
                return null;
            }
        }

        while (true)
        {
            if (ledger.TryLease($"prefix {key.Name}", size) is LeaseOutcome.Granted granted)
            {
                return granted.Lease;
            }

            if (!TryEvictOne())
            {
                return null;
            }
        }
    }

    /// <summary>Keeps an image. False: there is one already under this name, or one that is just leaving, and the new one is let go.</summary>
    public bool TryAdd(PrefixImage about, SealedMemory image, MemoryLease lease)
    {
        lock (_gate)
        {
            if (_images.TryAdd(about.Key, (about, image, lease)))
            {
                _book.Add(about.Key, lease.Size.Bytes);
                return true;
            }
        }

        Free((about, image, lease));
        return false;
    }

    /// <summary>Lets one go, unless there is none: nobody new comes to it from now on, and its memory is free when nobody uses it any more.</summary>
    public void Drop(PrefixKey key)
    {
        (PrefixImage, SealedMemory, MemoryLease) leaving;

        lock (_gate)
        {
            if (_book.Leave(key) is not true || !_images.Remove(key, out leaving))
            {
                return;
            }
        }

        Free(leaving);
    }

    /// <summary>Lets the least recently used go. False: there is none that could.</summary>
    public bool TryEvictOne()
    {
        (PrefixImage, SealedMemory, MemoryLease) leaving;

        lock (_gate)
        {
            if (!_book.TryEvict(out var key) || !_images.Remove(key, out leaving))
            {
                return false;
            }
        }

        Free(leaving);
        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var image in _images.Values)
            {
                Free(image);
            }

            _images.Clear();
        }
    }

    private long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _book.Bytes;
            }
        }
    }

    private void EndUse(PrefixKey key)
    {
        (PrefixImage, SealedMemory, MemoryLease) leaving;

        lock (_gate)
        {
            if (!_book.EndUse(key) || !_images.Remove(key, out leaving))
            {
                return;
            }
        }

        Free(leaving);
    }

    private static void Free((PrefixImage About, SealedMemory Image, MemoryLease Lease) leaving)
    {
        leaving.Image.Dispose();
        leaving.Lease.Dispose();
    }
}
