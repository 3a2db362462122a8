using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Which of a cache's entries must leave to make room, least recently used first, never one in use. Counts only: whoever calls removes
/// the bytes. Not thread-safe; each cache guards its own.
/// </summary>
internal sealed class LruBook<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _order = [];

    public long Bytes { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Least recently used first; those that are leaving are not among them.</summary>
    public IEnumerable<(TKey Key, long Bytes, int Users)> Entries => _order.Where(entry => !entry.IsLeaving).Select(entry => (entry.Key, entry.Bytes, entry.Users));

    public bool Contains(TKey key) => _entries.TryGetValue(key, out var node) && !node.Value.IsLeaving;

    public void Add(TKey key, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _entries.Add(key, _order.AddLast(new Entry(key, bytes)));
        Bytes += bytes;
    }

    /// <summary>False when there is no such entry.</summary>
    public bool TryUse(TKey key)
    {
        if (!_entries.TryGetValue(key, out var node) || node.Value.IsLeaving)
        {
            return false;
        }

        node.Value.Users++;
        Touch(node);
        return true;
    }

    /// <summary>True: it was to leave with its last user, and has left.</summary>
    public bool EndUse(TKey key)
    {
        var node = _entries[key];
        node.Value.Users--;

        if (node.Value.IsLeaving && node.Value.Users == 0)
        {
            Remove(key);
            return true;
        }

        Touch(node);
        return false;
    }

    /// <summary>
    /// Takes an entry out of the book. False: it is in use, and out when <see cref="EndUse"/> says so; until then nobody new comes to it and its bytes are still counted. Null: it is not there.
    /// </summary>
    public bool? Leave(TKey key)
    {
        if (!_entries.TryGetValue(key, out var node) || node.Value.IsLeaving)
        {
            return null;
        }

        if (node.Value.Users > 0)
        {
            node.Value.IsLeaving = true;
            return false;
        }

        Remove(key);
        return true;
    }

    /// <summary>Takes the entry out of the book that nobody uses and that is worth least; of equal ones the least recently used.</summary>
    public bool TryEvict(Func<TKey, long, double> worth, [MaybeNullWhen(false)] out TKey key)
    {
        LinkedListNode<Entry>? least = null;
        var leastWorth = double.PositiveInfinity;

        for (var node = _order.First; node is not null; node = node.Next)
        {
            if (node.Value.Users == 0 && worth(node.Value.Key, node.Value.Bytes) is var its && (least is null || its < leastWorth))
            {
                (least, leastWorth) = (node, its);
            }
        }

        if (least is null)
        {
            key = default;
            return false;
        }

        key = least.Value.Key;
        Remove(key);
        return true;
    }

    /// <summary>Takes the least recently used entry that nobody uses out of the book.</summary>
    public bool TryEvict([MaybeNullWhen(false)] out TKey key)
    {
        for (var node = _order.First; node is not null; node = node.Next)
        {
            if (node.Value.Users == 0)
            {
                key = node.Value.Key;
                Remove(key);
                return true;
            }
        }

        key = default;
        return false;
    }

    /// <summary>False when somebody uses it or it is not there.</summary>
    public bool TryRemove(TKey key)
    {
        if (!_entries.TryGetValue(key, out var node) || node.Value.Users > 0)
        {
            return false;
        }

        Remove(key);
        return true;
    }

    private void Remove(TKey key)
    {
        _entries.Remove(key, out var node);
        _order.Remove(node!);
        Bytes -= node!.Value.Bytes;
    }

    private void Touch(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _order.AddLast(node);
    }

    private sealed class Entry(TKey key, long bytes)
    {
        public TKey Key { get; } = key;

        public long Bytes { get; } = bytes;

        public int Users { get; set; }

        public bool IsLeaving { get; set; }
    }
}
