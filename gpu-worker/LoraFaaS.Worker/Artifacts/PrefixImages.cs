using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;

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
    private readonly LruBook<(SandboxKey Sandbox, string Name)> _book = new();
    private readonly Dictionary<(SandboxKey Sandbox, string Name), (SealedMemory Image, MemoryLease Lease)> _images = [];

    /// <summary>What is kept, and how large it is.</summary>
    public IReadOnlyList<(SandboxKey Sandbox, string Name, ByteSize Size)> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => (entry.Key.Sandbox, entry.Key.Name, new ByteSize(entry.Bytes)))];
            }
        }
    }

    public bool Contains(SandboxKey sandbox, string name)
    {
        lock (_gate)
        {
            return _book.Contains((sandbox, name));
        }
    }

    /// <summary>Null: there is none. It stays until it is disposed.</summary>
    public HostPrefix? TryUse(SandboxKey sandbox, string name)
    {
        lock (_gate)
        {
            return _book.TryUse((sandbox, name)) ? new HostPrefix(_images[(sandbox, name)].Image, () => EndUse(sandbox, name)) : null;
        }
    }

    /// <summary>Room for so many bytes, from older ones if need be. Null: there is none, or it would be too much of the host.</summary>
    public MemoryLease? TryLease(string name, ByteSize size)
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
            if (ledger.TryLease($"prefix {name}", size) is LeaseOutcome.Granted granted)
            {
                return granted.Lease;
            }

            if (!TryEvictOne())
            {
                return null;
            }
        }
    }

    /// <summary>Keeps an image. Where there is one already under this name, in use or not, the new one is let go.</summary>
    public void Add(SandboxKey sandbox, string name, SealedMemory image, MemoryLease lease)
    {
        lock (_gate)
        {
            if (_images.TryAdd((sandbox, name), (image, lease)))
            {
                _book.Add((sandbox, name), lease.Size.Bytes);
                return;
            }
        }

        Free((image, lease));
    }

    /// <summary>Lets one go that is not being handed over, unless there is none.</summary>
    public void Drop(SandboxKey sandbox, string name)
    {
        (SealedMemory, MemoryLease) leaving;

        lock (_gate)
        {
            if (!_book.TryRemove((sandbox, name)) || !_images.Remove((sandbox, name), out leaving))
            {
                return;
            }
        }

        Free(leaving);
    }

    /// <summary>Lets the least recently used go. False: there is none that could.</summary>
    public bool TryEvictOne()
    {
        (SealedMemory, MemoryLease) leaving;

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

    private void EndUse(SandboxKey sandbox, string name)
    {
        lock (_gate)
        {
            _book.EndUse((sandbox, name));
        }
    }

    private static void Free((SealedMemory Image, MemoryLease Lease) leaving)
    {
        leaving.Image.Dispose();
        leaving.Lease.Dispose();
    }
}
