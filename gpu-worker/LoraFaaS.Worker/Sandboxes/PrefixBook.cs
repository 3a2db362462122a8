using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Which prompt prefixes one sandbox keeps, by name. Safe for several threads.</summary>
internal sealed class PrefixBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeptPrefix> _kept = new(StringComparer.Ordinal);

    public IReadOnlyList<KeptPrefix> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _kept.Values];
            }
        }
    }

    public bool Contains(string name)
    {
        lock (_gate)
        {
            return _kept.ContainsKey(name);
        }
    }

    public void Add(string name, KeptPrefix prefix)
    {
        lock (_gate)
        {
            _kept[name] = prefix;
        }
    }

    public bool TryRemove(string name)
    {
        lock (_gate)
        {
            return _kept.Remove(name);
        }
    }

    /// <summary>An adapter's prefixes are of no use without it.</summary>
    public void RemoveOf(Digest adapter)
    {
        lock (_gate)
        {
            foreach (var (name, _) in _kept.Where(pair => pair.Value.Adapter == adapter).ToList())
            {
                _kept.Remove(name);
            }
        }
    }
}
