using LoraFaaS.Engine.Adapters;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Which adapters sequences may use. An adapter that is to go takes no new sequence and leaves with its last one; the same digest may
/// already be resident again by then. Owned by the engine loop.
/// </summary>
internal sealed class AdapterBook(AdapterTable table)
{
    private readonly Dictionary<string, int> _expected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdapterHandle> _resident = new(StringComparer.Ordinal);
    private readonly List<(string Digest, AdapterHandle Adapter)> _leaving = [];

    public bool IsExpected(string digest) => _expected.ContainsKey(digest);

    public AdapterHandle? Find(string digest) => _resident.GetValueOrDefault(digest);

    public void Expect(string digest) => _expected[digest] = _expected.GetValueOrDefault(digest) + 1;

    /// <summary>Answers the handle that sequences are to use: the first one when the same adapter was sent twice.</summary>
    public AdapterHandle Arrive(string digest, AdapterHandle adapter)
    {
        Unexpect(digest);

        if (_resident.TryGetValue(digest, out var earlier))
        {
            table.TryUnload(adapter);
            return earlier;
        }

        _resident.Add(digest, adapter);
        return adapter;
    }

    public void Miss(string digest) => Unexpect(digest);

    /// <summary>From now on new sequences do not find it.</summary>
    public bool TryLeave(string digest)
    {
        if (!_resident.Remove(digest, out var adapter))
        {
            return false;
        }

        _leaving.Add((digest, adapter));
        return true;
    }

    /// <summary>Unloads those whose last sequence has ended; answers their digests.</summary>
    public IReadOnlyList<string> Sweep()
    {
        if (_leaving.Count == 0)
        {
            return [];
        }

        var gone = _leaving.Where(leaving => table.TryUnload(leaving.Adapter)).ToList();
        _leaving.RemoveAll(gone.Contains);
        return [.. gone.Select(leaving => leaving.Digest)];
    }

    private void Unexpect(string digest)
    {
        if (_expected.GetValueOrDefault(digest) is var count and > 1)
        {
            _expected[digest] = count - 1;
            return;
        }

        _expected.Remove(digest);
    }
}
