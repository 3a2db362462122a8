using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Keys and values of prompt prefixes, held so that the pool gives their pages to nobody. Sequences find them in the prefix cache like any others.
/// What is let go stays findable until its pages are needed. Owned by the engine loop.
/// </summary>
internal sealed class PrefixKeeper : IDisposable
{
    private readonly Dictionary<string, (KeptPrefix Prefix, LinkedListNode<string> Place)> _kept = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _order = [];

    public bool IsEmpty => _kept.Count == 0;

    public IEnumerable<KvSequence> Held => _kept.Values.Select(kept => kept.Prefix.Kv);

    public KeptPrefix? Find(string name) => _kept.TryGetValue(name, out var kept) ? kept.Prefix : null;

    public void Keep(string name, KeptPrefix prefix)
    {
        Drop(name);
        _kept[name] = (prefix, _order.AddLast(name));
    }

    public void Drop(string name)
    {
        if (_kept.Remove(name, out var kept))
        {
            _order.Remove(kept.Place);
            kept.Prefix.Kv.Dispose();
        }
    }

    /// <summary>Those computed with an adapter that goes are of no use without it.</summary>
    public void DropOf(string adapterDigest)
    {
        foreach (var name in _kept.Where(pair => pair.Value.Prefix.AdapterDigest == adapterDigest).Select(pair => pair.Key).ToList())
        {
            Drop(name);
        }
    }

    /// <summary>Lets the one go that was computed first: those who run need pages. False: there is none.</summary>
    public bool TryDropOldest()
    {
        if (_order.First is not { } oldest)
        {
            return false;
        }

        Drop(oldest.Value);
        return true;
    }

    public void Dispose()
    {
        while (TryDropOldest())
        {
        }
    }
}
